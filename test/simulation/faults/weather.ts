import {
  REFUSALS,
  type ApiServerFaults,
  type EventFate,
  type RequestFate,
  type SeenRequest,
  type WatchFate,
} from '../api-server';
import type { Random } from '../random';
import type { MessageFate, NetworkFaults } from '../world/network';

/** What goes wrong for a while. */
export type Condition =
  /** Answers come late. */
  | { readonly kind: 'api slow' }
  /** Requests and answers are lost now and then. */
  | { readonly kind: 'api lossy' }
  /** Nobody reaches it. */
  | { readonly kind: 'api away' }
  /** It refuses what is asked of it, now and then. */
  | { readonly kind: 'api refuses'; readonly how: keyof typeof REFUSALS }
  /** Watches end early, and bring events late, twice or not at all. */
  | { readonly kind: 'watches broken' }
  /** Lists are of the past. */
  | { readonly kind: 'api stale' }
  /** No Pod is created. */
  | { readonly kind: 'quota' }
  /** Messages between cluster and control plane are lost. */
  | { readonly kind: 'network lossy' }
  | { readonly kind: 'network slow' }
  | { readonly kind: 'messages doubled' }
  /** Nothing comes through between the cluster, or one process, and the control plane. */
  | { readonly kind: 'network cut'; readonly who?: string };

type Kind = Condition['kind'];

/** Everything on its way goes through here: what happens to it follows from what is wrong at the time. */
export class Weather implements ApiServerFaults, NetworkFaults {
  private readonly present = new Set<Condition>();

  constructor(private readonly random: Random) {}

  begin(condition: Condition): void {
    this.present.add(condition);
  }

  end(condition: Condition): void {
    this.present.delete(condition);
  }

  clear(): void {
    this.present.clear();
  }

  request({ verb }: SeenRequest): RequestFate | undefined {
    const { random } = this;
    if (this.present.size === 0) return undefined;
    if (this.has('api away')) return random.chance(0.5) ? { unreachable: true } : { lost: 'silent-before' };
    const isSlow = this.has('api slow');
    const slow = isSlow && { toServerMs: random.between(1, 3_000), toClientMs: random.between(1, 3_000) };
    if (this.has('api lossy') && random.chance(0.25)) {
      return { ...slow, lost: random.pick(['reset-before', 'reset-after', 'silent-before', 'silent-after'] as const) };
    }
    const refusing = this.find('api refuses');
    if (refusing && random.chance(0.4)) return { ...slow, refusal: REFUSALS[refusing.how] };
    return { ...slow, ...(this.has('api stale') && verb === 'list' && { staleBy: random.between(0, 12) }) };
  }

  watch(): WatchFate | undefined {
    const { random } = this;
    if (this.present.size === 0) return undefined;
    if (this.has('api away')) return { unreachable: true };
    if (!this.has('watches broken')) return undefined;
    const how = random.pick(['clean', 'reset', 'half-line', 'gone', 'error', 'silent'] as const);
    return { end: { afterMs: random.between(0, 20_000), how }, event: () => this.event() };
  }

  admit({ verb, resource }: SeenRequest) {
    return this.has('quota') && verb === 'create' && resource === 'pods' ? REFUSALS.quota : undefined;
  }

  fateOf(): MessageFate {
    const { random } = this;
    const longest = this.has('network slow') ? 20_000 : 30;
    const common = {
      toServerMs: random.between(1, longest),
      toClientMs: random.between(1, longest),
      isDoubled: this.has('messages doubled') && random.chance(0.3),
    };
    if (!this.has('network lossy') || !random.chance(0.3)) return common;
    return { ...common, lost: random.pick(['reset before', 'reset after', 'silent before', 'silent after'] as const) };
  }

  isCut(from: string, to: string): boolean {
    if (this.present.size === 0) return false;
    for (const condition of this.present) {
      if (condition.kind !== 'network cut') continue;
      const { who } = condition;
      if (who === undefined || isOf(from, who) || isOf(to, who)) return true;
    }
    return false;
  }

  isDeathHeard(): boolean {
    return this.random.chance(0.7);
  }

  /** The real server sends each event once, in order: what is doubled here is what a proxy might do. */
  private event(): EventFate {
    const { random } = this;
    return { delayMs: random.between(0, 4_000), copies: random.chance(0.1) ? 2 : 1 };
  }

  private has(kind: Kind): boolean {
    return this.present.size > 0 && this.find(kind) !== undefined;
  }

  private find<K extends Kind>(kind: K): Extract<Condition, { kind: K }> | undefined {
    for (const condition of this.present)
      if (condition.kind === kind) return condition as Extract<Condition, { kind: K }>;
    return undefined;
  }
}

/** `pods` stands for all run Pods: their processes are named after the run. */
const isOf = (name: string, who: string): boolean =>
  name.startsWith(who) || (who === 'pods' && !name.startsWith('control'));

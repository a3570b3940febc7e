import {
  LONGEST_ADDRESS,
  MOST_CHANGES,
  type PlanAction,
  type PlanChanges,
  type PlannedChange,
} from '../../protocol/messages';
import { KeptJson, type Kept, type KeptValue } from './kept-json';
import type { Mask } from './mask';

const RESOURCE: Kept = {
  members: {
    address: 'text',
    previous_address: 'text',
    mode: 'text',
    deposed: 'presence',
    action_reason: 'text',
    change: {
      members: { actions: { each: 'text' }, importing: 'presence', replace_paths: { each: { each: 'text' } } },
    },
  },
};

/** Of what `show -json` says of a plan: nothing that holds a value. */
const PLAN = {
  resource_changes: { each: RESOURCE },
  resource_drift: { each: RESOURCE },
  output_changes: { each: { members: { actions: { each: 'text' } } } },
} as const satisfies Record<string, Kept>;

/** When there is no room for all, the first of these are kept. */
const BY_WEIGHT: readonly PlanAction[] = ['delete', 'replace', 'forget', 'update', 'import', 'create', 'move'];

/** Comma between two entries. */
const BETWEEN = 1;

type Members = Readonly<Record<string, KeptValue | undefined>>;

/** Makes the list of changes of what `show -json` says of a plan, of which nothing else is kept. */
export class PlanSummary {
  private readonly json: KeptJson;
  private readonly counts = Object.fromEntries(
    [...BY_WEIGHT, 'resources', 'drift', 'outputs'].map((name) => [name, 0]),
  ) as PlanChanges['counts'];
  private readonly changes = new Map<PlanAction, PlannedChange[]>(BY_WEIGHT.map((action) => [action, []]));
  private readonly drift: PlanChanges['drift'] = [];
  private readonly outputs: PlanChanges['outputs'] = [];
  private bytes = 0;
  private kept = 0;
  private isCut = false;

  constructor(private readonly mask: Pick<Mask, 'text'>) {
    this.json = new KeptJson({ members: PLAN }, (member, name, value) =>
      this.take(member as keyof typeof PLAN, name, value),
    );
  }

  add(chunk: Buffer): void {
    this.json.add(chunk);
  }

  /** Undefined when that was no whole plan. */
  get result(): PlanChanges | undefined {
    if (!this.json.isWhole) return undefined;
    const { counts, drift, outputs, isCut } = this;
    const changes = [...this.changes.values()].flat().sort((a, b) => (a.address < b.address ? -1 : 1));
    return { counts, changes, drift, outputs, isCut };
  }

  private take(member: keyof typeof PLAN, name: string, value: KeptValue): void {
    const entry = asMembers(value);
    if (member === 'output_changes') this.takeOutput(name, entry);
    else if (text(entry['mode']) === 'data') return;
    else if (member === 'resource_drift') this.takeDrift(entry);
    else this.takeChange(entry);
  }

  private takeOutput(name: string, { actions }: Members): void {
    const action = actionOf(actions);
    if (action === undefined) return;
    this.counts.outputs += 1;
    const output = { name: this.name(name), action };
    if (this.outputs.length < MOST_CHANGES.outputs && this.hasRoom(output)) this.outputs.push(output);
    else this.isCut = true;
  }

  private takeDrift(entry: Members): void {
    const action = actionOf(asMembers(entry['change'])['actions']);
    if (action === undefined) return;
    this.counts.drift += 1;
    const drift = { address: this.name(text(entry['address'])), action };
    if (this.drift.length < MOST_CHANGES.drift && this.hasRoom(drift)) this.drift.push(drift);
    else this.isCut = true;
  }

  private takeChange(entry: Members): void {
    const change = asMembers(entry['change']);
    const changes = actionOf(change['actions']);
    const [address, previous] = [text(entry['address']), text(entry['previous_address'])];
    const isMoved = previous !== '' && previous !== address;
    const isImported = change['importing'] === true;
    const isDeposed = entry['deposed'] === true;
    if (changes !== 'delete' && changes !== 'forget' && !isDeposed) this.counts.resources += 1;
    if (isMoved) this.counts.move += 1;
    if (isImported) this.counts.import += 1;
    const action = changes ?? (isImported ? 'import' : isMoved ? 'move' : undefined);
    if (changes !== undefined) this.counts[changes] += 1;
    if (action === undefined) return;
    this.keep({
      address: this.name(address),
      action,
      ...(isMoved && { previousAddress: this.name(previous) }),
      ...(isDeposed && { deposed: true }),
      ...(isImported && { imported: true }),
      ...this.reasonOf(entry),
    });
  }

  private reasonOf(entry: Members): Pick<PlannedChange, 'reason' | 'replacedFor'> {
    const reason = text(entry['action_reason']);
    const replacedFor = this.attributes(asMembers(entry['change'])['replace_paths']);
    return { ...(/^[a-z_]{1,64}$/.test(reason) && { reason }), ...(replacedFor.length > 0 && { replacedFor }) };
  }

  /** What is kept gives way to what weighs more. */
  private keep(change: PlannedChange): void {
    this.changes.get(change.action)!.push(change);
    this.kept += 1;
    this.bytes += sizeOf(change);
    while (this.bytes > MOST_CHANGES.bytes || this.kept > MOST_CHANGES.changes) {
      const dropped = [...this.changes.values()].findLast((some) => some.length > 0)?.pop();
      if (!dropped) return;
      this.bytes -= sizeOf(dropped);
      this.kept -= 1;
      this.isCut = true;
    }
  }

  private hasRoom(entry: object): boolean {
    const size = sizeOf(entry);
    if (this.bytes + size > MOST_CHANGES.bytes) return false;
    this.bytes += size;
    return true;
  }

  /** Of the paths to what makes a replacement necessary, the attributes: what follows may be a key of a map. */
  private attributes(paths: KeptValue | undefined): string[] {
    const names = list(paths).map((path) => text(list(path)[0]));
    return [...new Set(names.filter((name) => name !== ''))].slice(0, 32).map((name) => this.name(name));
  }

  private name(raw: string): string {
    const masked = this.mask.text(Buffer.from(raw));
    return masked.length <= LONGEST_ADDRESS ? masked : `${masked.slice(0, LONGEST_ADDRESS - 1)}…`;
  }
}

const sizeOf = (entry: object): number => Buffer.byteLength(JSON.stringify(entry)) + BETWEEN;

/** Undefined: it stays as it is, or is only read. */
function actionOf(actions: KeptValue | undefined): PlanAction | undefined {
  const all = list(actions);
  if (all.includes('create') && all.some((action) => action === 'delete' || action === 'forget')) return 'replace';
  return (['create', 'update', 'delete', 'forget'] as const).find((action) => all.includes(action));
}

const text = (value: KeptValue | undefined): string => (typeof value === 'string' ? value : '');

const list = (value: KeptValue | undefined): readonly KeptValue[] => (Array.isArray(value) ? value : []);

const asMembers = (value: KeptValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

import { refusalOf, type KubeObject, type ResourceType } from '../controller/runtime';
import type { KubeClient } from '../controller/runtime/client-types';

/** What was looked for, or that it could not be looked at. */
export type Seen<T> = T | 'unseen';

/** What could not be looked at, and why. */
export interface NotSeen {
  readonly why: string;
  readonly mend: string;
}

/** Objects in one answer of the API server: a cluster may have tens of thousands. */
const PAGE = 500;
/** Names that are told of many objects that may not be read. */
const NAMED = 3;

interface Refused {
  readonly verb: 'get' | 'list' | 'create';
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly why: string | undefined;
  readonly names: string[];
}

/**
 * A cluster as somebody sees it: what they may not read, or what gives no answer, is noted, and counts as unseen. Secrets
 * are read by their names alone.
 */
export class ClusterView {
  private readonly refused = new Map<string, Refused>();
  private readonly others: NotSeen[] = [];

  constructor(private readonly client: KubeClient) {}

  /** The object; undefined where there is none. */
  get<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
  ): Promise<Seen<T | undefined>> {
    return this.look('get', resource, namespace, name, () => this.client.get<T>(resource, namespace, name));
  }

  /** All of a kind, page by page; none where the API server does not know the kind. */
  list<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    labelSelector?: string,
  ): Promise<Seen<T[]>> {
    return this.look('list', resource, namespace, undefined, async () => {
      const found: T[] = [];
      let next: string | undefined;
      do {
        const page = await this.client.list<T>(resource, {
          limit: PAGE,
          ...(namespace !== undefined && { namespace }),
          ...(labelSelector !== undefined && { labelSelector }),
          ...(next !== undefined && { continue: next }),
        });
        found.push(...page.items);
        next = page.continue;
      } while (next !== undefined);
      return found;
    });
  }

  /** What the API server makes of an object that it does not keep. @throws KubeError for what it refuses */
  dryRun<T extends KubeObject>(resource: ResourceType, namespace: string, body: T): Promise<T> {
    return this.client.create<T>(resource, namespace, body, { dryRun: true });
  }

  /** Asks the API server a question of its own, such as a SubjectAccessReview. */
  ask<T extends KubeObject>(resource: ResourceType, body: T): Promise<Seen<T>> {
    return this.look('create', resource, undefined, undefined, () => this.client.create(resource, undefined, body));
  }

  /** The same cluster, with notes of its own. */
  apart(): ClusterView {
    return new ClusterView(this.client);
  }

  /** Notes that an object could not be judged. */
  note(
    verb: Refused['verb'],
    resource: ResourceType,
    namespace: string | undefined,
    name?: string,
    why?: string,
  ): void {
    const key = [verb, resource.plural, namespace, why].join('/');
    const known = this.refused.get(key) ?? { verb, plural: resource.plural, namespace, why, names: [] };
    this.refused.set(key, known);
    if (name !== undefined) known.names.push(name);
  }

  /** Notes that something beside the API server gave no answer. */
  noteOther(notSeen: NotSeen): void {
    this.others.push(notSeen);
  }

  /** What could not be looked at so far. */
  get notSeen(): NotSeen[] {
    return [...[...this.refused.values()].map(sentenceOf), ...this.others];
  }

  private async look<T>(
    verb: Refused['verb'],
    resource: ResourceType,
    namespace: string | undefined,
    name: string | undefined,
    ask: () => Promise<T>,
  ): Promise<Seen<T>> {
    try {
      return await ask();
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      if (refusal.kind === 'missing' && verb === 'list') return [] as T;
      this.note(verb, resource, namespace, name, refusal.kind === 'rights' ? undefined : refusal.detail);
      return 'unseen';
    }
  }
}

function sentenceOf({ verb, plural, namespace, why, names }: Refused): NotSeen {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const named = names.length === 0 ? '' : ` (${names.slice(0, NAMED).join(', ')}${more})`;
  const what = `${verb} ${plural}${named}${where}`;
  if (why !== undefined) {
    return { why: `could not ${what}: ${why}`, mend: 'Try again; where it stays, look at the API server first.' };
  }
  const flag = namespace === undefined ? (verb === 'list' ? ' --all-namespaces' : '') : ` --namespace ${namespace}`;
  return {
    why: `you may not ${what}`,
    mend: `Ask somebody who may, or have it granted; see with: kubectl auth can-i ${verb} ${plural}${flag}`,
  };
}

import { readonlyTopic } from '../../protocol/mqtt-topics';
import type { QueueContext } from '../queue/context';
import { workerView } from '../queue/views';
import { credentialsTopic, poolTopic } from '../queue/wakeups';

const POOL_TOPIC = poolTopic('');
const CREDENTIALS_TOPIC = credentialsTopic('');

/** Those who listen to a broker. */
export interface Audience {
  /** Told with every change of a pool; undefined: it was deleted. Whoever proved something else hears nothing more. */
  credentialsAre(poolId: string, fingerprint: string | undefined): void;
  publish(poolId: string, topic: string, view: object): void;
}

/** Publishes the views of the pools that somebody listens to: once for all that changed in one turn of the event loop. */
export class Views {
  /** Up to which revision the views of a pool were published. */
  private readonly published = new Map<string, number>();
  private readonly changed = new Set<string>();

  constructor(
    private readonly context: QueueContext,
    private readonly audience: Audience,
  ) {
    context.wakeups.onNotify((topic) => {
      const topics = [POOL_TOPIC, CREDENTIALS_TOPIC];
      const poolId = topics.flatMap((start) => (topic.startsWith(start) ? topic.slice(start.length) : []))[0] ?? '';
      if (this.published.has(poolId)) this.note(poolId);
    });
  }

  /** Publishes what changes in the pool from now on; what changed before, the session asks for by itself. */
  async follow(poolId: string): Promise<void> {
    if (this.published.has(poolId)) return;
    const revision = await this.context.store.read.pools.revision(poolId);
    if (!this.published.has(poolId)) this.published.set(poolId, revision);
  }

  unfollow(poolId: string): void {
    this.published.delete(poolId);
  }

  close(): void {
    this.published.clear();
  }

  private note(poolId: string): void {
    if (this.changed.size === 0) setImmediate(() => void this.publishChanged());
    this.changed.add(poolId);
  }

  private async publishChanged(): Promise<void> {
    const pools = [...this.changed];
    this.changed.clear();
    for (const poolId of pools) {
      try {
        await this.publishPool(poolId);
      } catch (error) {
        // The session's next watch brings what is missed here.
        this.context.logger.error({ err: error, pool: poolId }, 'could not publish views');
      }
    }
  }

  private async publishPool(poolId: string): Promise<void> {
    const after = this.published.get(poolId);
    if (after === undefined) return;
    const { pools, views } = this.context.store.read;
    const pool = await pools.find(poolId);
    this.audience.credentialsAre(poolId, pool?.fingerprint);
    if (!pool) return;
    this.published.set(poolId, Math.max(pool.revision, after));
    const changed = await views.changed(poolId, null, after);
    this.context.observer.viewsSent(changed);
    for (const view of changed) {
      this.audience.publish(poolId, readonlyTopic(poolId, view.worker.id), workerView(this.context, view));
    }
  }
}

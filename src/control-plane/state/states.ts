import type { Readable } from 'node:stream';
import type { Blobs } from '../blobs';
import { RequestError } from '../errors';
import type { QueueContext } from '../queue/context';
import type { Tables, Transaction } from '../store';
import type { StateLock, StateVersion } from '../store/records';
import { newContentKey, openContent, sealContent } from '../vault';
import { isNews } from './check-version';
import { livingLock, lockedByAnother } from './locks';
import { StateContent } from './state-content';

const KIND = 'states';

export interface OpenedState {
  readonly version: StateVersion;
  /** As it was written. The caller reads or destroys it. */
  readonly content: Readable;
}

interface Written {
  readonly version: StateVersion;
  /** False: it was the newest one already. */
  readonly isNew: boolean;
}

/** A transaction that writes a version, and whatever else belongs to that. */
export type WriteTransaction = (work: (tx: Transaction) => Promise<Written>) => Promise<Written>;

interface Write {
  readonly stackId: string;
  readonly content: Readable;
  /** The run that writes; null for a person. */
  readonly runId: string | null;
  readonly restoredFrom?: number;
  /** Whether it takes the place of the newest version whatever that is. */
  readonly overrules?: boolean;
  /** Asked before anything is read, and again in the transaction that makes it the newest version. */
  readonly mayWrite?: (tables: Tables, tx?: Transaction) => Promise<void>;
  /** Whether a lock is that of whoever writes; any other is in the way. */
  readonly holds?: (lock: StateLock) => boolean;
  /** @default - a transaction that does nothing else */
  readonly within?: WriteTransaction;
}

/** States that the control plane keeps: versions, each an encrypted blob that never changes and a row that names it. */
export class States {
  constructor(
    private readonly context: QueueContext,
    private readonly blobs: Blobs,
  ) {}

  /** The newest version, or that of a number; undefined when there is none. @throws RequestError when its blob is gone */
  async read(stackId: string, number?: number): Promise<OpenedState | undefined> {
    const { states } = this.context.store.read;
    const version = await states.find(stackId, number);
    const key = version && (await states.contentKey(version));
    if (!version || key === undefined) return undefined;
    const { stream } = await this.blobs.store.read(KIND, version.blob).catch((error: unknown) => {
      throw isGone(error) ? blobGone(version) : error;
    });
    return { version, content: openContent(key, version.id, stream) };
  }

  /**
   * Makes a content the newest version, unless it is that already.
   *
   * @throws RequestError `conflict` when it does not follow the newest version, `too-large`, `malformed` for what is no state
   */
  async write(write: Write): Promise<StateVersion> {
    const { store, newId, now } = this.context;
    const { stackId, runId, restoredFrom = null } = write;
    const within = write.within ?? ((work) => store.transaction(work));
    await write.mayWrite?.(store.read);
    const id = newId();
    const key = newContentKey();
    const content = StateContent.of(write.content);
    const blob = await this.blobs.store.write(KIND, stackId, sealContent(key, id, content));
    const { bytes, sha256, top } = content;
    let unneeded: readonly string[] = [blob];
    try {
      const { version } = await within(async (tx) => {
        await write.mayWrite?.(tx, tx);
        if (!(await tx.stacks.lock(stackId))) throw new RequestError('not-found', `stack ${stackId} not found`);
        const lock = await livingLock(tx, stackId);
        if (lock && !write.holds?.(lock)) throw lockedByAnother(lock);
        const newest = await tx.states.find(stackId);
        const said = { serial: top.serial, lineage: top.lineage, sha256 };
        unneeded = [blob];
        const isOther = write.overrules ? newest?.sha256 !== sha256 : isNews(newest, said);
        if (newest && !isOther) return { version: newest, isNew: false };
        const number = (newest?.number ?? 0) + 1;
        const version = { id, stackId, number, ...said, bytes, blob, createdAt: now(), runId, restoredFrom };
        await tx.states.insert(version, key);
        unneeded = await tx.states.deleteAllBut(stackId, this.context.settings.retention.stateVersions);
        return { version, isNew: true };
      });
      return version;
    } finally {
      for (const each of unneeded) await this.blobs.unused.release(KIND, each);
    }
  }
}

const isGone = (error: unknown): boolean => error instanceof RequestError && error.code === 'not-found';

/** Never as if there were no state: a tool would create everything again. */
function blobGone({ number }: StateVersion): RequestError {
  return new RequestError(
    'internal',
    `the content of version ${number} of the state is not in the storage of the control plane: restore the blobs of that time from a backup, or another version`,
  );
}

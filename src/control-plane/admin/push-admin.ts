import { randomBytes } from 'node:crypto';
import { audited, auditedTransaction, differences, fieldsOf, unchanged } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { LIMIT } from '../limits';
import { projectFolder } from '../names';
import type { PersonContext } from '../queue/context';
import { stackTopic } from '../queue/wakeups';
import type { Transaction } from '../store';
import type { PushDelivery, PushHookRecord, PushHookSettings } from '../store/push-hooks';
import type { StackRecord } from '../store/records';
import { pushHookVersion, refuseOutdated } from './versions';

export interface PushHookInput {
  /** Whether pull requests of forks are followed by proposed runs. @default false */
  readonly forks?: boolean | null | undefined;
  /** Folders and files whose changes count beside those of the project root; '.' is all of the repository. @default none */
  readonly paths?: readonly string[] | null | undefined;
}

export interface NewPushHook extends PushHookInput {
  /** What `propose` made. @default - a new one */
  readonly secret?: string;
}

export interface PushHookChange extends PushHookInput {
  /** `pushHookVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

/** How a stack hears of pushes, with the secret where it was made just now: it can be had once. */
export interface PushHook extends PushHookRecord {
  readonly secret: string | null;
}

/** What proves a delivery, for the door. */
export interface PushProof {
  readonly stack: StackRecord;
  readonly hook: PushHookRecord;
  readonly secret: string;
}

/** How stacks hear of pushes to their git repositories. */
export class PushAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly stacks: {
      require(nameOrId: string): Promise<StackRecord>;
      find(nameOrId: string): Promise<StackRecord | null>;
    },
  ) {}

  /** Stacks that hear of none are left out. */
  async ofStacks(stackIds: readonly string[]): Promise<ReadonlyMap<string, PushHook>> {
    const found = await this.context.store.read.pushHooks.ofStacks(stackIds);
    return new Map([...found].map(([id, hook]) => [id, { ...hook, secret: null }]));
  }

  /** Newest first. */
  deliveries(stackId: string, limit: number = LIMIT.pushDeliveries): Promise<PushDelivery[]> {
    return this.context.store.read.pushHooks.deliveries(stackId, limit);
  }

  /** Nothing yet: `create` and `rotate` take it. */
  propose(): string {
    return newSecret();
  }

  /** Lets the git host of a stack tell of pushes, by a new secret. */
  async create(nameOrId: string, { secret = newSecret(), ...input }: NewPushHook): Promise<PushHook> {
    const { id, name, repository } = await this.stacks.require(nameOrId);
    if (repository === null) {
      throw malformed('stack', `stack ${name} has no git repository to which anybody could push: name one first`);
    }
    const now = this.context.now();
    const hook = { stackId: id, ...usable(input), createdAt: now, secretAt: now };
    checkSecret(secret);
    await auditedTransaction(this.context, 'stack.create-push-hook', async (tx) => {
      await tx.stacks.hold(id);
      if (await tx.pushHooks.find(id)) return refuseSecond(tx, { id, name }, secret);
      await tx.pushHooks.insert(hook, secret);
      await tx.notify([stackTopic(id)]);
      return audited(undefined, { object: { id, name }, changes: fieldsOf({ ...auditable(hook) }) });
    });
    return { ...hook, secret };
  }

  /** What is left out is as in a new one; the secret stays. */
  async update(nameOrId: string, { seen, ...input }: PushHookChange): Promise<PushHook> {
    const { id, name } = await this.stacks.require(nameOrId);
    const settings = usable(input);
    return auditedTransaction(this.context, 'stack.update-push-hook', async (tx) => {
      const before = await held(tx, { id, name });
      refuseOutdated(pushHookVersion(before), seen, `what stack ${name} hears of pushes`);
      const after = { ...before, ...settings, secret: null };
      const changes = differences(auditable(before), auditable(after), ['forks', 'paths']);
      if (Object.keys(changes).length === 0) return unchanged(after);
      await tx.pushHooks.setSettings(id, settings);
      await tx.notify([stackTopic(id)]);
      return audited(after, { object: { id, name }, changes });
    });
  }

  /** Another secret; what is proved by the one before is refused from now on. */
  async rotate(nameOrId: string, secret: string = newSecret()): Promise<PushHook> {
    const { id, name } = await this.stacks.require(nameOrId);
    checkSecret(secret);
    return auditedTransaction(this.context, 'stack.rotate-push-hook', async (tx) => {
      const before = await held(tx, { id, name });
      if ((await tx.pushHooks.secret(id)) === secret) return unchanged({ ...before, secret });
      const secretAt = this.context.now();
      await tx.pushHooks.setSecret(id, secret, secretAt);
      await tx.notify([stackTopic(id)]);
      return audited(
        { ...before, secretAt, secret },
        { object: { id, name }, changes: fieldsOf({ secret: 'another' }) },
      );
    });
  }

  async delete(nameOrId: string): Promise<PushHook> {
    const { id, name } = await this.stacks.require(nameOrId);
    return auditedTransaction(this.context, 'stack.delete-push-hook', async (tx) => {
      const before = await held(tx, { id, name });
      await tx.pushHooks.delete(id);
      await tx.notify([stackTopic(id)]);
      return audited({ ...before, secret: null }, { object: { id, name } });
    });
  }

  /** Undefined for a stack that hears of none, or is not there. */
  async secretOf(nameOrId: string): Promise<PushProof | undefined> {
    const stack = await this.stacks.find(nameOrId);
    if (!stack) return undefined;
    const { pushHooks } = this.context.store.read;
    const hook = await pushHooks.find(stack.id);
    const secret = await pushHooks.secret(stack.id);
    return hook && secret !== undefined ? { stack, hook, secret } : undefined;
  }

  /** Keeps what came of a delivery, to be seen. */
  async note(stackId: string, delivery: Omit<PushDelivery, 'id' | 'receivedAt'>): Promise<void> {
    const { store, newId, now } = this.context;
    const row = { id: newId(), receivedAt: now(), ...delivery };
    await store.transaction(async (tx) => {
      await tx.pushHooks.addDelivery(stackId, row, LIMIT.pushDeliveries);
      await tx.notify([stackTopic(stackId)]);
    });
  }
}

/** As GitLab wants it of a key that it signs with; every other host takes it as it is. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

function checkSecret(secret: string): void {
  if (/^whsec_[A-Za-z0-9+/]{43}=$/.test(secret)) return;
  throw new RequestError('malformed', 'the secret of a push hook is made here, and this one was not');
}

/** @throws RequestError `malformed` */
function usable({ forks, paths }: PushHookInput): PushHookSettings {
  const given = [...new Set((paths ?? []).map((path) => folder(path)))];
  if (given.length > LIMIT.pushPaths) {
    throw malformed('paths', `${given.length} paths are too many: at most ${LIMIT.pushPaths}`);
  }
  return { forks: forks ?? false, paths: given };
}

function folder(path: string): string {
  try {
    return projectFolder(path);
  } catch {
    const rule = 'a folder or a file inside the repository, without .., or . for all of it';
    throw malformed('paths', `path ${JSON.stringify(path.slice(0, 100))} is not allowed: ${rule}`);
  }
}

const auditable = ({ forks, paths }: PushHookSettings) => ({
  forks,
  paths: paths.map((path) => (path === '' ? '.' : path)),
});

/** The form that was sent twice shows its secret all the same. @throws RequestError `malformed` for another one */
async function refuseSecond(tx: Transaction, { id, name }: Pick<StackRecord, 'id' | 'name'>, secret: string) {
  if ((await tx.pushHooks.secret(id)) === secret) return unchanged(undefined);
  throw new RequestError('malformed', `stack ${name} hears of pushes already: rotate its secret, if it was lost`);
}

async function held(tx: Transaction, { id, name }: Pick<StackRecord, 'id' | 'name'>): Promise<PushHookRecord> {
  await tx.stacks.hold(id);
  const hook = await tx.pushHooks.find(id);
  if (hook) return hook;
  throw new RequestError('not-found', `stack ${name} hears of no pushes; somebody may have seen to that`);
}

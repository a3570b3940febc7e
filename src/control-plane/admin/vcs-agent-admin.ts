import { randomBytes } from 'node:crypto';
import { parsePrivateUrl } from '../../protocol/private-url';
import { VCS_TIMES } from '../../protocol/vcs-agents';
import { audited, auditedTransaction, differences, fieldsOf } from '../audit/audited';
import { RequestError } from '../errors';
import { hashOf } from '../identity/api-keys';
import type { PoolIssuer } from '../identity/pool-issuer';
import { LIMIT } from '../limits';
import { checkDescription, checkNewId, checkVcsAgentPoolName, idOf } from '../names';
import type { PersonContext } from '../queue/context';
import { vcsAgentPoolTopic } from '../queue/wakeups';
import type { Tables } from '../store';
import type { StackRecord } from '../store/records';
import type { VcsAgentPoolRecord, VcsAgentRecord } from '../store/vcs-agents';
import type { Repeatable } from './input';
import { refuseTwice } from './names-once';
import { refuseOutdated, vcsAgentPoolVersion } from './versions';

export interface VcsAgentPoolInput {
  /** As sources name it: `private://NAME/team/app.git`. */
  readonly name: string;
  readonly description?: string | null | undefined;
}

export interface NewVcsAgentPool extends VcsAgentPoolInput, Repeatable {
  /** What `propose` made. @default - a new one */
  readonly secret?: string;
}

export interface VcsAgentPoolChange extends VcsAgentPoolInput {
  /** `vcsAgentPoolVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

/** A pool, with what its agents are given where it was made just now: it can be had once. */
export interface VcsAgentPool extends VcsAgentPoolRecord {
  readonly config: string | null;
}

/** What people may do with pools of VCS agents. */
export class VcsAgentAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly issuer: PoolIssuer,
  ) {}

  async list(): Promise<VcsAgentPool[]> {
    return (await this.tables.vcsAgents.list()).map(withoutConfig);
  }

  async find(id: string): Promise<VcsAgentPool | null> {
    const pool = await this.tables.vcsAgents.find(idOf(id));
    return pool ? withoutConfig(pool) : null;
  }

  /** Agents that are connected, by their pool; those that came first, first. One without any is left out. */
  async agents(poolIds: readonly string[]): Promise<ReadonlyMap<string, readonly VcsAgentRecord[]>> {
    const now = await this.context.store.now();
    const agents = await this.tables.vcsAgents.agents(poolIds, now - VCS_TIMES.goneMs);
    const byPool = new Map<string, VcsAgentRecord[]>();
    for (const agent of agents) byPool.set(agent.poolId, [...(byPool.get(agent.poolId) ?? []), agent]);
    return byPool;
  }

  /** Stacks whose sources name a pool, by its id and in the order of their names. One that none names is left out. */
  async stacks(poolIds: readonly string[]): Promise<ReadonlyMap<string, readonly StackRecord[]>> {
    const { vcsAgents, stacks } = this.tables;
    const names = new Map((await vcsAgents.list()).map(({ id, name }) => [name, id]));
    const byPool = new Map<string, StackRecord[]>();
    for (const stack of await stacks.list()) {
      const id = names.get(parsePrivateUrl(stack.repository?.url ?? '')?.pool ?? '');
      if (id !== undefined && poolIds.includes(id)) byPool.set(id, [...(byPool.get(id) ?? []), stack]);
    }
    return byPool;
  }

  /** Nothing yet: `create` makes a pool of it. */
  propose(): { readonly id: string; readonly secret: string } {
    return { id: this.context.newId(), secret: newSecret() };
  }

  async create(input: NewVcsAgentPool): Promise<VcsAgentPool> {
    const settings = this.usable(input);
    const id = input.id === undefined ? this.context.newId() : checkNewId(input.id);
    const secret = input.secret === undefined ? newSecret() : checkSecret(input.secret);
    const before = await this.tables.vcsAgents.find(id);
    if (!before) {
      await refuseTwice('a VCS agent pool', settings.name, () =>
        auditedTransaction(this.context, 'vcs-agent-pool.create', async (tx) => {
          if ((await tx.vcsAgents.list()).length >= LIMIT.vcsAgentPools) {
            const most = `there are ${LIMIT.vcsAgentPools} VCS agent pools, and no more can be: delete some first`;
            throw new RequestError('malformed', most);
          }
          const pool = { id, ...settings, createdAt: settings.updatedAt };
          await tx.vcsAgents.insert(pool, hashOf(secret));
          return audited(undefined, { object: pool, changes: fieldsOf(auditable(settings)) });
        }),
      );
    } else if (
      vcsAgentPoolVersion(before) !== vcsAgentPoolVersion(settings) ||
      (await this.tables.vcsAgents.secretHash(id)) !== hashOf(secret)
    ) {
      const other = `this was used for VCS agent pool ${before.name}: begin again for another one`;
      throw new RequestError('conflict', other);
    }
    return { ...(await this.require(id)), config: this.issuer.vcsAgentToken(id, secret) };
  }

  /** What is left out is as in a new one; the token stays. */
  async update(id: string, input: VcsAgentPoolChange): Promise<VcsAgentPool> {
    const settings = this.usable(input);
    await refuseTwice('a VCS agent pool', settings.name, () =>
      auditedTransaction(this.context, 'vcs-agent-pool.update', async (tx) => {
        const before = await locked(tx, id);
        refuseOutdated(vcsAgentPoolVersion(before), input.seen, `VCS agent pool ${before.name}`);
        await tx.vcsAgents.update(before.id, settings);
        const changes = differences(auditable(before), auditable(settings), ['name', 'description']);
        return audited(undefined, { object: { id: before.id, name: settings.name }, changes });
      }),
    );
    return this.require(id);
  }

  /** Its agents are cut off at once, at every replica. */
  delete(id: string): Promise<VcsAgentPool> {
    return auditedTransaction(this.context, 'vcs-agent-pool.delete', async (tx) => {
      const pool = await locked(tx, id);
      await tx.vcsAgents.delete(pool.id);
      await tx.notify([vcsAgentPoolTopic(pool.id)]);
      return audited(withoutConfig(pool), { object: pool });
    });
  }

  private usable({ name, description }: VcsAgentPoolInput) {
    const said = checkDescription(description ?? '').trim();
    return {
      name: checkVcsAgentPoolName(name.trim()),
      description: said === '' ? null : said,
      updatedAt: this.context.now(),
    };
  }

  private async require(id: string): Promise<VcsAgentPool> {
    return (await this.find(id)) ?? notFound(id);
  }

  private get tables(): Tables {
    return this.context.store.read;
  }
}

/** The prefix lets scanners for leaked secrets find it. */
const newSecret = (): string => `wpv_${randomBytes(32).toString('base64url')}`;

function checkSecret(secret: string): string {
  if (/^wpv_[\w-]{43}$/.test(secret)) return secret;
  throw new RequestError('malformed', 'the secret of a VCS agent pool is made here, and this one was not');
}

const auditable = ({ name, description }: Pick<VcsAgentPoolRecord, 'name' | 'description'>) => ({ name, description });

const withoutConfig = (pool: VcsAgentPoolRecord): VcsAgentPool => ({ ...pool, config: null });

async function locked({ vcsAgents }: Tables, id: string): Promise<VcsAgentPoolRecord> {
  return (await vcsAgents.lock(idOf(id))) ?? notFound(id);
}

function notFound(id: string): never {
  throw new RequestError('not-found', `VCS agent pool ${id} not found`);
}

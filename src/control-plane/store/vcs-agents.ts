import type { Selectable } from 'kysely';
import type { VcsAgentPoolRow } from './schema-vcs-agents';
import { Table } from './table';

/** A pool of VCS agents; of its secret nothing. */
export interface VcsAgentPoolRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An agent that is connected, with what one replica, or all of them, have of it. */
export interface VcsAgentNote {
  /** The agent's own, from its start to its end. */
  readonly id: string;
  readonly poolId: string;
  /** As it names itself: of its host, or its Pod. */
  readonly name: string;
  readonly version: string;
  /** Where it connects from. */
  readonly address: string;
  readonly streams: number;
  readonly connectedAt: number;
}

export interface VcsAgentRecord extends VcsAgentNote {
  /** Its last sign of life, to some seconds. */
  readonly seenAt: number;
}

export class VcsAgentTable extends Table {
  async insert(pool: VcsAgentPoolRecord, secretHash: string): Promise<void> {
    await this.db
      .insertInto('vcsAgentPools')
      .values({ ...pool, secretHash })
      .execute();
  }

  async update(id: string, settings: Pick<VcsAgentPoolRecord, 'name' | 'description' | 'updatedAt'>): Promise<void> {
    await this.db.updateTable('vcsAgentPools').set(settings).where('id', '=', id).execute();
  }

  /** With what is known of its agents. */
  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('vcsAgentPools').where('id', '=', id).execute();
  }

  async find(id: string): Promise<VcsAgentPoolRecord | undefined> {
    const row = await this.pools().where('id', '=', id).executeTakeFirst();
    return row && toPool(row);
  }

  async findByName(name: string): Promise<VcsAgentPoolRecord | undefined> {
    const row = await this.pools().where('name', '=', name).executeTakeFirst();
    return row && toPool(row);
  }

  /** The same by id, held until the transaction ends. */
  async lock(id: string): Promise<VcsAgentPoolRecord | undefined> {
    const row = await this.locked(this.pools().where('id', '=', id)).executeTakeFirst();
    return row && toPool(row);
  }

  /** By name. */
  async list(): Promise<VcsAgentPoolRecord[]> {
    return (await this.pools().orderBy('name').execute()).map(toPool);
  }

  /** Undefined for a pool that is not there. */
  async secretHash(id: string): Promise<string | undefined> {
    const query = this.db.selectFrom('vcsAgentPools').select('secretHash').where('id', '=', id);
    return (await query.executeTakeFirst())?.secretHash;
  }

  /** Agents of these pools that are connected, each once, with its streams to all replicas; those that came first, first. */
  async agents(poolIds: readonly string[], goneBefore: number): Promise<VcsAgentRecord[]> {
    if (poolIds.length === 0) return [];
    const rows = await this.db
      .selectFrom('vcsAgents')
      .selectAll()
      .where('poolId', 'in', poolIds)
      .where('seenAt', '>=', goneBefore)
      .orderBy('connectedAt')
      .orderBy('id')
      .execute();
    const agents = new Map<string, VcsAgentRecord>();
    for (const { replica: _, ...row } of rows) {
      const { streams = 0, seenAt = 0 } = agents.get(row.id) ?? {};
      const first = agents.get(row.id) ?? row;
      agents.set(row.id, { ...first, streams: streams + row.streams, seenAt: Math.max(seenAt, row.seenAt) });
    }
    return [...agents.values()];
  }

  /** Takes the place of what a replica has noted before, and forgets what is gone. @returns how many replicas there are */
  async note(
    { replica, seenAt, agents }: { replica: string; seenAt: number; agents: readonly VcsAgentNote[] },
    goneBefore: number,
  ): Promise<number> {
    const { db } = this;
    await db
      .insertInto('vcsReplicas')
      .values({ id: replica, seenAt })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ seenAt }))
      .execute();
    await db.deleteFrom('vcsReplicas').where('seenAt', '<', goneBefore).execute();
    await db
      .deleteFrom('vcsAgents')
      .where((eb) => eb.or([eb('replica', '=', replica), eb('seenAt', '<', goneBefore)]))
      .execute();
    // A pool may have been deleted meanwhile.
    const there = new Set((await this.list()).map(({ id }) => id));
    const rows = agents.filter(({ poolId }) => there.has(poolId)).map((agent) => ({ ...agent, replica, seenAt }));
    if (rows.length > 0) await db.insertInto('vcsAgents').values(rows).execute();
    const count = db.selectFrom('vcsReplicas').select((eb) => eb.fn.countAll<number>().as('n'));
    return Number((await count.executeTakeFirst())?.n ?? 1);
  }

  async forgetReplica(replica: string): Promise<void> {
    await this.db.deleteFrom('vcsAgents').where('replica', '=', replica).execute();
    await this.db.deleteFrom('vcsReplicas').where('id', '=', replica).execute();
  }

  private pools() {
    return this.db.selectFrom('vcsAgentPools').select(['id', 'name', 'description', 'createdAt', 'updatedAt']);
  }
}

const toPool = (row: Omit<Selectable<VcsAgentPoolRow>, 'secretHash'>): VcsAgentPoolRecord => row;

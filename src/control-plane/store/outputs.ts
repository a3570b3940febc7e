import type { Kysely } from 'kysely';
import type { Output, Outputs } from '../../protocol/messages';
import type { Schema } from './schema';
import { outputsOf } from './secrets';
import type { Sealing } from './stacks';
import { chunks, Table, type Dialect } from './table';

export type { Output, Outputs };

/** When the value of each output became what it is, by name, in milliseconds since the epoch. */
export type ChangeTimes = Readonly<Record<string, number>>;

/** The outputs of a stack as a run found them. */
export interface StackOutputs extends Outputs {
  readonly runId: string;
  readonly takenAt: number;
  readonly changedAt: ChangeTimes;
}

/** Outputs of stacks: those that the newest run told. All of their values lie encrypted, sensitive or not. */
export class OutputTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  /** In place of those that were told before. */
  async put(stackId: string, runId: string, { outputs, isCut }: Outputs, now: number): Promise<void> {
    const before = await this.find(stackId);
    const row = {
      ...{ runId, takenAt: now, changedAt: JSON.stringify(changeTimes(outputs, before, now)) },
      outputs: this.vault.seal(outputsOf(stackId), JSON.stringify({ outputs, isCut })),
    };
    await this.db
      .insertInto('stackOutputs')
      .values({ id: stackId, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }

  async find(stackId: string): Promise<StackOutputs | undefined> {
    return (await this.of([stackId])).get(stackId);
  }

  /** A stack of which none are known is left out. */
  async of(stackIds: readonly string[]): Promise<Map<string, StackOutputs>> {
    const found = new Map<string, StackOutputs>();
    for (const some of chunks(stackIds)) {
      const rows = await this.db.selectFrom('stackOutputs').selectAll().where('id', 'in', some).execute();
      for (const { id, runId, takenAt, changedAt, outputs } of rows) {
        const opened = JSON.parse(this.vault.open(outputsOf(id), outputs)) as Outputs;
        found.set(id, { ...opened, runId, takenAt, changedAt: JSON.parse(changedAt) as ChangeTimes });
      }
    }
    return found;
  }

  /** When they changed, for who needs no value; undefined where none are known. */
  async changeTimes(stackId: string): Promise<ChangeTimes | undefined> {
    const row = await this.db
      .selectFrom('stackOutputs')
      .select('changedAt')
      .where('id', '=', stackId)
      .executeTakeFirst();
    return row && (JSON.parse(row.changedAt) as ChangeTimes);
  }

  /** None are known any more, unless a run told them. @returns whether some were */
  async forgetUnlessOf(stackId: string, runId: string): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom('stackOutputs')
      .where('id', '=', stackId)
      .where('runId', '<>', runId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async delete(stackId: string): Promise<void> {
    await this.db.deleteFrom('stackOutputs').where('id', '=', stackId).execute();
  }
}

/** Of a value that nobody sees it cannot be said that it is the same. */
function changeTimes(outputs: readonly Output[], before: StackOutputs | undefined, now: number): ChangeTimes {
  const known = new Map(before?.outputs.map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    outputs.map(({ name, value }) => {
      const isSame = value !== null && known.get(name) === value;
      return [name, isSame ? (before?.changedAt[name] ?? now) : now];
    }),
  );
}

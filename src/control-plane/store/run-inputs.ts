import type { Kysely } from 'kysely';
import type { Environment } from './records';
import type { Schema } from './schema';
import { inputsOf } from './secrets';
import type { Sealing } from './stacks';
import { Statement } from './statement';
import { Table, type Dialect } from './table';

/** What a run has got of outputs of other stacks. */
export interface RunInputs {
  readonly environment: Environment;
  /** Names of those whose values no log is to show. */
  readonly masked: readonly string[];
}

/** An output that a stack takes of another. */
export interface TakenOutput {
  readonly outputName: string;
  readonly inputName: string;
  /** The other. */
  readonly dependsOnStackId: string;
}

/** Inputs of runs: an apply gets those that its plan was made with, whatever has become of the outputs since. */
export class RunInputTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  /** The first ones stay. */
  async put(runId: string, inputs: RunInputs): Promise<void> {
    await this.db
      .insertInto('runInputs')
      .values({ id: runId, inputs: this.vault.seal(inputsOf(runId), JSON.stringify(inputs)) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  private static readonly found = new Statement((table: RunInputTable, { runId }: { runId: string }) =>
    table.db
      .selectFrom('runs')
      .leftJoin('runInputs', 'runInputs.id', 'runs.id')
      .leftJoin('dependencyReferences as taken', 'taken.stackId', 'runs.stackId')
      .leftJoin('stackDependencies as dependency', 'dependency.id', 'taken.dependencyId')
      .select(['runInputs.inputs', 'taken.outputName', 'taken.inputName', 'dependency.dependsOnStackId'])
      .where('runs.id', '=', runId)
      .orderBy('taken.inputName'),
  );

  /** What a run has got, where it has begun, and what its stack takes now. */
  async of(runId: string): Promise<{ readonly got: RunInputs | undefined; readonly taken: readonly TakenOutput[] }> {
    const rows = await this.rows(RunInputTable.found, { runId });
    const sealed = rows[0]?.inputs ?? undefined;
    const got = sealed === undefined ? undefined : (JSON.parse(this.vault.open(inputsOf(runId), sealed)) as RunInputs);
    const taken = rows.flatMap(({ outputName, inputName, dependsOnStackId }) =>
      outputName === null || inputName === null || dependsOnStackId === null
        ? []
        : [{ outputName, inputName, dependsOnStackId }],
    );
    return { got, taken };
  }

  async deleteOfStack(stackId: string): Promise<void> {
    await this.db
      .deleteFrom('runInputs')
      .where('id', 'in', (eb) => eb.selectFrom('runs').select('runs.id').where('runs.stackId', '=', stackId))
      .execute();
  }
}

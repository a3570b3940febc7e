import { audited, auditedTransaction, differences, fieldsOf, unchanged } from '../audit/audited';
import { RequestError } from '../errors';
import type { PersonContext } from '../queue/context';
import { checkTimes } from '../queue/cron';
import { nextAt, noDriftRuns } from '../queue/drift';
import { queueRun } from '../queue/person-operations';
import { stackTopic } from '../queue/wakeups';
import type { Transaction } from '../store';
import type { DriftSchedule, RunRecord, StackRecord } from '../store/records';
import { driftVersion, refuseOutdated } from './versions';

export interface DriftSettings {
  /** Cron expressions. */
  readonly schedule: readonly string[];
  /** @default 'UTC' */
  readonly timezone?: string | null;
  /** Whether a tracked run follows where drift was found. @default false */
  readonly reconcile?: boolean | null;
  /** Whether it is looked for whatever became of the newest run. @default false */
  readonly ignoreState?: boolean | null;
  /** `driftVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

const SETTINGS = ['schedule', 'timezone', 'reconcile', 'ignoreState'] as const;

const said = ({ schedule, timezone, reconcile, ignoreState }: DriftSchedule) => ({
  ...{ schedule, timezone, reconcile, ignoreState },
});

/** When drift of stacks is looked for. */
export class DriftAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly stackOf: (nameOrId: string) => Promise<StackRecord>,
  ) {}

  /** Stacks without a schedule are left out. */
  ofStacks(stackIds: readonly string[]): Promise<ReadonlyMap<string, DriftSchedule>> {
    return this.context.store.read.drift.ofStacks(stackIds);
  }

  /** @param how `create` is refused where there is one, `update` where there is none */
  async set(nameOrId: string, settings: DriftSettings, how: 'create' | 'update' | 'either'): Promise<DriftSchedule> {
    const { id, name } = await this.stackOf(nameOrId);
    const times = { stackId: id, schedule: settings.schedule, timezone: settings.timezone || 'UTC' };
    checkTimes(times, this.context.now());
    const schedule: DriftSchedule = {
      ...times,
      reconcile: settings.reconcile ?? false,
      ignoreState: settings.ignoreState ?? false,
      nextAt: nextAt(times, this.context.now()),
      skipped: '',
    };
    await auditedTransaction(this.context, 'stack.set-drift-detection', async (tx) => {
      await takesDriftRuns(tx, id);
      const before = await tx.drift.find(id);
      refuseOutdated(driftVersion(before), settings.seen, `the drift detection of stack ${name}`);
      if (before && how === 'create') throw new RequestError('malformed', `stack ${name} has drift detection already`);
      if (!before && how === 'update') throw noSchedule(name);
      const changes = before ? differences(before, schedule, SETTINGS) : fieldsOf(said(schedule));
      if (before && Object.keys(changes).length === 0) return unchanged(undefined);
      await tx.drift.set(schedule);
      await tx.notify([stackTopic(id)]);
      return audited(undefined, { object: { id, name }, changes });
    });
    return schedule;
  }

  async delete(nameOrId: string): Promise<DriftSchedule> {
    const { id, name } = await this.stackOf(nameOrId);
    return auditedTransaction(this.context, 'stack.delete-drift-detection', async (tx) => {
      await tx.stacks.hold(id);
      const before = await tx.drift.find(id);
      if (!before) throw noSchedule(name);
      await tx.drift.delete(id);
      await tx.notify([stackTopic(id)]);
      return audited(before, { object: { id, name } });
    });
  }

  /** Looks for drift now, whatever became of the newest run. @throws RequestError `malformed` where a run does already */
  async trigger(nameOrId: string): Promise<RunRecord> {
    const { store } = this.context;
    const { id, name } = await this.stackOf(nameOrId);
    const { looking } = await store.read.drift.look(id);
    if (looking !== undefined)
      throw new RequestError('malformed', `run ${looking} looks for drift of stack ${name} already`);
    await takesDriftRuns(store.read, id);
    const stack = { id, name };
    return queueRun(this.context, { stack, type: 'PROPOSED', config: { driftDetection: true } });
  }
}

/** Holds the stack, within a transaction. @throws RequestError `malformed` when its pool takes no run that looks for drift */
async function takesDriftRuns(
  { stacks, pools }: Pick<Transaction, 'stacks' | 'pools'>,
  stackId: string,
): Promise<void> {
  const stack = await stacks.lock(stackId);
  const pool = stack && (await pools.find(stack.poolId));
  if (pool?.driftDetectionRunLimit === 0) throw new RequestError('malformed', noDriftRuns(pool));
}

const noSchedule = (stack: string): RequestError =>
  new RequestError('not-found', `stack ${stack} has no drift detection`);

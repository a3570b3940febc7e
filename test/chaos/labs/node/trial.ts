import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../../e2e/installation';
import type { Fault, Verdict } from '../../fault';
import { CountedRun } from './counted-run';
import { judgeRun, type VictimEnd } from './judge';
import type { NodeLab } from './lab';

/** The runs that are under way when it happens, and where. */
export interface Struck {
  readonly lab: NodeLab;
  /** The run whose own Pod is broken, where one is. */
  readonly victim: CountedRun;
  /** All runs that are under way, the victim among them. */
  readonly runs: readonly CountedRun[];
  readonly sleep: (seconds: number) => Promise<void>;
}

export interface NodeFault extends Omit<Fault<NodeLab>, 'run'> {
  /** Seconds that the change of a run takes. @default 20 */
  readonly seconds?: number;
  /** Runs that are under way. @default 2 */
  readonly runs?: number;
  /** Until when it waits before it strikes. @default - each run is in the midst of its change */
  readonly when?: (struck: Struck) => void | Promise<void>;
  /** False: the runs wait for a confirmation after their plans. @default true */
  readonly autoDeploy?: boolean;
  /** Breaks something and mends it again. */
  readonly strike: (struck: Struck) => void | Promise<void>;
  /**
   * How the run ends whose own Pod was what was broken, and what is said then.
   * @default - as all others: it succeeds
   */
  readonly victimEnds?: VictimEnd;
}

/** A fault that strikes while runs are in the midst of their changes. */
export function nodeFault(fault: NodeFault): Fault<NodeLab> {
  const { kind, title, userSees, why, long, withinSeconds } = fault;
  return {
    ...{ kind, title, userSees, why },
    ...(long !== undefined && { long }),
    withinSeconds: withinSeconds ?? 600,
    run: (lab) => trial(fault, lab),
  };
}

async function trial(fault: NodeFault, lab: NodeLab): Promise<Verdict> {
  const count = fault.runs ?? 2;
  const begin = () => CountedRun.begin(lab, fault.seconds ?? 20, fault.autoDeploy ?? true);
  const runs = await Promise.all(Array.from({ length: count }, begin));
  const [victim] = runs;
  if (!victim) throw new Error('there is no run');
  const struck: Struck = { lab, victim, runs, sleep: (seconds) => sleep(seconds * 1000) };
  await (fault.when ?? allChange)(struck);
  await fault.strike(struck);
  return judge(lab, runs, fault.victimEnds, performance.now());
}

const allChange = async ({ runs }: Struck): Promise<void> => {
  await Promise.all(runs.map((run) => run.changes()));
};

/** Waits until everything is over, with one more run asked for since, and counts. The first run is the victim. */
async function judge(
  lab: NodeLab,
  runs: readonly CountedRun[],
  victimEnds: VictimEnd | undefined,
  healedAt: number,
): Promise<Verdict> {
  const [ends, probe] = await Promise.all([Promise.all(runs.map((run) => run.ended())), lab.probe()]);
  const notConverged = await lab.converged();
  const recoveredInMs = performance.now() - healedAt;
  const observed = await Promise.all(runs.map((run, index) => run.observed(ends[index])));
  const told = observed.map((run, index) => judgeRun(run, index === 0 ? victimEnds : undefined));
  for (const { id, end } of observed) lab.tell(`run ${id} ended as ${end?.reason}: ${end?.message}`);
  const sum = (key: 'lost' | 'doubled' | 'killed'): number => told.filter((each) => each[key]).length;
  return {
    asked: runs.length + 1,
    finished: runs.length + 1 - sum('lost'),
    lost: sum('lost'),
    doubled: sum('doubled'),
    killed: sum('killed'),
    recoveredInMs: Math.round(recoveredInMs),
    ...(victimEnds && ends[0]?.reason === victimEnds.as && { endedAs: { [victimEnds.as]: 1 } }),
    amiss: [...notConverged, ...unlessWell(probe), ...told.flatMap(({ amiss }) => amiss)],
  };
}

/** Of the run that was asked for when the fault was over. */
export const unlessWell = ({ id, reason, message }: Run): string[] =>
  reason === 'Succeeded' ? [] : [`run ${id}, asked for afterwards, ended as ${reason}: ${message}`];

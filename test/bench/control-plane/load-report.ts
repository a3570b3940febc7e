import { table } from '../../../src/cli/api/output';
import type { RunFacts, Transport, Verdict } from '../../support/load/ledger';
import { machineLine, measureTable, memory, percentile, targetSentence, type Machine, type Measure } from '../measures';

export interface Idle {
  readonly seconds: number;
  readonly residentMiB: number;
  /** Of one core. */
  readonly cpuShare: number;
  readonly clientCpuShare: number;
  readonly loopHeldMs: number;
}

/** One size of the fleet under load. */
export interface Stage {
  readonly pools: number;
  readonly workers: number;
  readonly runs: number;
  /** From the first trigger to the last end. */
  readonly seconds: number;
  /** Milliseconds from the answer to a trigger until the worker's session knew of it; 0 where it knew before. */
  readonly assignmentMs: Readonly<Record<Transport, readonly number[]>>;
  /** The same from when the trigger was sent. */
  readonly fromSendingMs: readonly number[];
  readonly residentMiB: number;
  readonly peakMiB: number | null;
  readonly cpuSeconds: number;
  readonly clientCpuSeconds: number;
  readonly loopHeldMs: number;
  readonly verdict: Readonly<Record<keyof Verdict, number>>;
  readonly refusals: Readonly<Record<string, number>>;
}

export interface LoadReport {
  readonly machine: Machine;
  readonly settings: {
    readonly pools: number;
    readonly mqttPools: number;
    readonly stacks: number;
    readonly rate: number;
    readonly seconds: number;
  };
  readonly setUpSeconds: number;
  readonly idle: Idle;
  readonly stages: readonly Stage[];
}

/** How long runs took to reach their workers' sessions. */
export function latencies(runs: Iterable<RunFacts>): Pick<Stage, 'assignmentMs' | 'fromSendingMs'> {
  const assignmentMs: Record<Transport, number[]> = { poll: [], mqtt: [] };
  const fromSendingMs: number[] = [];
  for (const { trigger, assignments } of runs) {
    const [first] = assignments;
    if (!trigger || !first) continue;
    assignmentMs[first.transport].push(Math.max(0, first.at - trigger.answeredAt));
    fromSendingMs.push(first.at - trigger.sentAt);
  }
  return { assignmentMs, fromSendingMs };
}

const ms = (name: string, value: number, atMost?: number, from = ''): Measure => ({
  name,
  value,
  figure: `${value.toFixed(1)} ms`,
  ...(atMost !== undefined && { atMost }),
  from,
});

const count = (name: string, value: number, from = ''): Measure => ({
  name,
  value,
  figure: String(value),
  atMost: 0,
  from,
});

const percent = (name: string, value: number, from = ''): Measure => ({
  name,
  value: value * 100,
  figure: `${(value * 100).toFixed(0)} %`,
  from,
});

const cpuMs = ({ cpuSeconds, runs }: Stage): number => (cpuSeconds * 1000) / runs;
const all = ({ assignmentMs }: Stage): number[] => Object.values(assignmentMs).flat();

export function loadMeasures({ settings, setUpSeconds, idle, stages }: LoadReport): Measure[] {
  const last = stages.at(-1)!;
  const { assignmentMs, verdict } = last;
  return [
    ms('assignment, p50', percentile(all(last), 50), undefined, 'trigger answered to view received'),
    ms('assignment, p99', percentile(all(last), 99), 100, `${last.runs} runs, ${settings.rate} triggered a second`),
    ms('  over long poll, p99', percentile(assignmentMs.poll, 99), undefined, `${assignmentMs.poll.length} runs`),
    ms('  over MQTT, p99', percentile(assignmentMs.mqtt, 99), undefined, `${assignmentMs.mqtt.length} runs`),
    ms('  from sending the trigger, p99', percentile(last.fromSendingMs, 99)),
    count('runs lost', verdict.lost, 'queued, without an end'),
    count('runs doubled', verdict.doubled, 'two Pods, or two runs of a worker'),
    count('runs ended', verdict.ended, 'otherwise than their Pods said'),
    ms('event loop held, longest', last.loopHeldMs, 50, 'under load'),
    ms('event loop held, longest', idle.loopHeldMs, 50, `idle, ${idle.seconds} s`),
    memory('resident memory', last.residentMiB, 512, 'at the end of the load'),
    ...(last.peakMiB === null ? [] : [memory('resident memory at its peak', last.peakMiB, 512)]),
    memory('resident memory, idle', idle.residentMiB),
    percent('CPU, idle', idle.cpuShare, 'of one core'),
    percent('CPU of the clients, idle', idle.clientCpuShare, 'of one core'),
    percent('CPU', last.cpuSeconds / last.seconds, 'of one core, under load'),
    percent('CPU of the clients', last.clientCpuSeconds / last.seconds, 'of one core, under load'),
    {
      name: 'time of the whole load',
      value: last.seconds,
      figure: `${last.seconds.toFixed(1)} s`,
      from: `triggers: ${settings.seconds} s`,
    },
    {
      name: 'time to set up',
      value: setUpSeconds,
      figure: `${setUpSeconds.toFixed(1)} s`,
      from: 'pools, sessions, stacks of the last stage',
    },
  ];
}

export function loadReportAsText(report: LoadReport): string {
  const { machine, settings, stages } = report;
  const measures = loadMeasures(report);
  const first = stages[0]!;
  const sizes = stages.map((stage) => [
    String(stage.workers),
    String(stage.runs),
    `${cpuMs(stage).toFixed(2)} ms`,
    (cpuMs(stage) / cpuMs(first)).toFixed(2),
    `${percentile(all(stage), 50).toFixed(1)} ms`,
    `${percentile(all(stage), 99).toFixed(1)} ms`,
    `${stage.loopHeldMs.toFixed(0)} ms`,
    `${stage.residentMiB.toFixed(0)} MiB`,
    `${stage.verdict.lost}/${stage.verdict.doubled}/${stage.verdict.ended}`,
  ]);
  const refusals = stages.flatMap(({ refusals }) => Object.entries(refusals)).map(([text, n]) => `  ${n} x ${text}`);
  return [
    machineLine(machine),
    `${settings.pools} pools over long poll and ${settings.mqttPools} over MQTT, 10 workers each, ${settings.stacks} stacks`,
    '',
    measureTable(measures),
    '',
    table([
      ['workers', 'runs', 'CPU a run', 'ratio', 'p50', 'p99', 'loop held', 'resident', 'lost/doubled/ended'],
      ...sizes,
    ]),
    '',
    ...(refusals.length > 0 ? ['calls that were refused:', ...refusals, ''] : []),
    targetSentence(measures),
    '',
  ].join('\n');
}

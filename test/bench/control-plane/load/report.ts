import { table } from '../../../../src/cli/api/output';
import {
  machineLine,
  measureTable,
  memory,
  missesAsserted,
  targetSentence,
  type Machine,
  type Measure,
} from '../../measures';
import { WORKERS_OF_A_POOL, type Triggered } from './generator';
import type { Cpu, SiteName } from './site';
import type { Statements } from './statements';

/** What a time cost all processes of the control plane, and how they stood at its end. */
export interface Cost {
  readonly cpu: Cpu;
  readonly transactions: number;
  /** Of the process that was held longest. */
  readonly loopHeldMs: number;
  readonly loopP99Ms: number;
  /** Of the largest process. */
  readonly residentMiB: number;
  readonly peakMiB: number | null;
}

export interface Idle extends Cost {
  readonly seconds: number;
}

export interface Sample extends Cost, Triggered {}

/** One size of the fleet. */
export interface Size {
  readonly pools: number;
  readonly workers: number;
  readonly setUpSeconds: number;
  readonly idle: Idle;
  /** Runs that were triggered and reached idle workers, in one part or several. */
  readonly assigning: readonly Sample[];
  /** Runs that were carried out, with all that their Pods say. */
  readonly whole: readonly Sample[];
}

export interface LoadReport {
  readonly machine: Machine;
  readonly settings: {
    readonly site: SiteName;
    readonly pools: number;
    readonly mqttPools: number;
    readonly rate: number;
    readonly runRate: number;
  };
  readonly statements: readonly Statements[];
  readonly sizes: readonly Size[];
}

const SITES: Readonly<Record<SiteName, string>> = {
  sqlite: 'one process on SQLite with its own broker',
  postgres: 'three processes behind a balancer, on PostgreSQL, mosquitto and S3',
};

type Wrong = keyof Triggered['verdict'];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const runsOf = (samples: readonly Sample[]): number => sum(samples.map(({ runs }) => runs));
const wrongOf = (samples: readonly Sample[], wrong: Wrong): number => sum(samples.map(({ verdict }) => verdict[wrong]));
const most = (samples: readonly Sample[], of: (sample: Sample) => number): number => Math.max(...samples.map(of));
/** NaN where the system does not tell. */
const cpuOf = (samples: readonly Sample[], part: keyof Cpu): number => sum(samples.map(({ cpu }) => cpu[part] ?? NaN));
/** CPU time of the control plane's processes for one run, in milliseconds. */
const cpuMs = (samples: readonly Sample[]): number => (cpuOf(samples, 'controlPlane') * 1000) / runsOf(samples);

export const lostAt = ({ assigning, whole }: Size): number => wrongOf([...assigning, ...whole], 'lost');

/** The same without what the fleet costs by being there. */
function netCpuMs({ idle }: Size, samples: readonly Sample[]): number {
  const share = (idle.cpu.controlPlane ?? NaN) / idle.seconds;
  return cpuMs(samples) - (share * sum(samples.map(({ seconds }) => seconds)) * 1000) / runsOf(samples);
}

interface Target {
  readonly atMost?: number;
  readonly isAsserted?: boolean;
  readonly from?: string;
}

const figure = (name: string, value: number, text: string, { from = '', ...target }: Target = {}): Measure => ({
  ...{ name, value, figure: text, from, ...target },
});
const ms = (name: string, value: number, target?: Target) => figure(name, value, `${value.toFixed(1)} ms`, target);
const percent = (name: string, value: number, target?: Target) =>
  figure(name, value * 100, `${(value * 100).toFixed(0)} %`, target);

/** @param strict asserts also what depends on how fast the machine is, and on what else it does */
export function loadMeasures({ settings, sizes }: LoadReport, strict: boolean): Measure[] {
  const { assigning, whole, idle, workers } = sizes.at(-1)!;
  const all = sizes.flatMap((size) => [...size.assigning, ...size.whole]);
  const [sample] = assigning;
  const { fromSending, byTransport, fromAnswer, inTurn, seconds, runs } = sample!;
  const timed = { isAsserted: strict };
  const counted = (name: string, wrong: Wrong, from: string): Measure => {
    const value = wrongOf(all, wrong);
    return figure(name, value, String(value), { atMost: 0, isAsserted: true, from });
  };
  const peak = most([...assigning, ...whole], ({ peakMiB, residentMiB }) => peakMiB ?? residentMiB);
  return [
    ms('assignment, p50', fromSending.p50, { from: 'the trigger is sent until the worker has its run' }),
    ms('assignment, p99', fromSending.p99, { atMost: 100, ...timed, from: `${runs} runs, ${settings.rate} a second` }),
    ms('  over long poll, p99', byTransport.poll.p99, { from: `${byTransport.poll.count} runs` }),
    ...(byTransport.mqtt.count > 0
      ? [ms('  over MQTT, p99', byTransport.mqtt.p99, { from: `${byTransport.mqtt.count} runs` })]
      : []),
    ms('  after the answer to the trigger, p99', fromAnswer.p99, { from: 'the run is durably queued' }),
    ms('  in the worst part, p99', Math.max(...inTurn.map(({ p99 }) => p99)), {
      from: `in turn ${inTurn.map(({ p99 }) => p99.toFixed(0)).join(', ')} ms`,
    }),
    figure('assignments a second', runs / seconds, (runs / seconds).toFixed(0), { from: `${settings.rate} wanted` }),
    ms(
      'event loop held, longest',
      most(assigning, ({ loopHeldMs }) => loopHeldMs),
      { atMost: 50, ...timed },
    ),
    ms(
      'event loop held, p99',
      most(assigning, ({ loopP99Ms }) => loopP99Ms),
    ),
    ms(
      'event loop held with whole runs, longest',
      most(whole, ({ loopHeldMs }) => loopHeldMs),
    ),
    ms('event loop held, idle, longest', idle.loopHeldMs, { from: `${idle.seconds} s` }),
    memory('resident memory, peak', peak, {
      atMost: 512,
      isAsserted: true,
      from: `${workers} workers; the largest process`,
    }),
    memory('resident memory, idle', idle.residentMiB),
    ...memoryOfPool(sizes),
    counted('runs lost', 'lost', 'of all sizes: queued, and never with a worker, or without an end'),
    counted('runs doubled', 'doubled', 'two Pods, or two runs of a worker'),
    counted('runs ended', 'ended', 'otherwise than their Pods said'),
    percent('CPU of the control plane, idle', (idle.cpu.controlPlane ?? NaN) / idle.seconds, { from: 'of one core' }),
    percent('CPU of the control plane, assigning', cpuOf(assigning, 'controlPlane') / seconds, { from: 'of one core' }),
    percent('CPU of the load generator, assigning', cpuOf(assigning, 'generator') / seconds, {
      from: 'on the same cores',
    }),
    ms('the load generator itself late, p99', sample!.ownLoopP99Ms, { from: 'part of the times above' }),
  ];
}

/** By how much the process grows with each pool of the idle fleet: from the first size to the last. */
function memoryOfPool(sizes: readonly Size[]): Measure[] {
  const [from, to] = [sizes[0]!, sizes.at(-1)!];
  if (from.pools === to.pools) return [];
  const kibibytes = ((to.idle.residentMiB - from.idle.residentMiB) * 1024) / (to.pools - from.pools);
  const range = `${from.pools} to ${to.pools} idle pools of ${WORKERS_OF_A_POOL} workers`;
  return [figure('resident memory of a pool', kibibytes, `${kibibytes.toFixed(0)} KiB`, { from: range })];
}

export function loadReportAsText(report: LoadReport, strict: boolean): string {
  const { machine, settings, sizes, statements } = report;
  const measures = loadMeasures(report, strict);
  const wanted = (settings.pools + settings.mqttPools) * WORKERS_OF_A_POOL;
  const refusals = sizes
    .flatMap(({ assigning, whole }) => [...assigning, ...whole])
    .flatMap((sample) => Object.entries(sample.refusals))
    .map(([text, count]) => `  ${count} x ${text}`);
  return [
    machineLine(machine),
    `${SITES[settings.site]}; ${settings.pools} pools over long poll and ${settings.mqttPools} over MQTT, 10 workers each`,
    '',
    measureTable(measures),
    '',
    `an assignment, with its trigger, at ${settings.rate} a second:`,
    costTable(sizes, ({ assigning }) => assigning),
    '',
    `a whole run, with a Pod that has a TLS connection of its own, at ${settings.runRate} a second:`,
    costTable(sizes, ({ whole }) => whole),
    '',
    'statements of the queue:',
    statementTable(statements),
    '',
    ...(refusals.length > 0 ? ['calls that were refused:', ...refusals, ''] : []),
    ...(sizes.at(-1)!.workers < wanted ? [`It went no further than this: ${wanted} workers were to follow.`] : []),
    targetSentence(measures),
    missesAsserted(measures) ? 'A target that is asserted was missed.' : '',
    '',
  ].join('\n');
}

/** Each size beside the first. */
function costTable(sizes: readonly Size[], samplesOf: (size: Size) => readonly Sample[]): string {
  const [first] = sizes;
  const rows = sizes.map((size) => {
    const samples = samplesOf(size);
    const each = (part: keyof Cpu): string => `${((cpuOf(samples, part) * 1000) / runsOf(samples)).toFixed(2)} ms`;
    const beside = (cost: (one: Size) => number): string[] => [
      `${cost(size).toFixed(2)} ms`,
      (cost(size) / cost(first!)).toFixed(2),
    ];
    return [
      String(size.workers),
      String(runsOf(samples)),
      ...beside((one) => cpuMs(samplesOf(one))),
      ...beside((one) => netCpuMs(one, samplesOf(one))),
      each('database'),
      each('broker'),
      each('generator'),
      (sum(samples.map(({ transactions }) => transactions)) / runsOf(samples)).toFixed(1),
      `${most(samples, ({ fromSending }) => fromSending.p50).toFixed(0)} ms`,
      `${most(samples, ({ fromSending }) => fromSending.p99).toFixed(0)} ms`,
      `${most(samples, ({ loopHeldMs }) => loopHeldMs).toFixed(0)} ms`,
      `${most(samples, ({ residentMiB }) => residentMiB).toFixed(0)} MiB`,
    ];
  });
  const titles = ['workers', 'runs', 'CPU', 'ratio', 'without idle', 'ratio', 'database', 'broker', 'generator'];
  return table([[...titles, 'transactions', 'p50', 'p99', 'loop held', 'resident'], ...rows]);
}

function statementTable(statements: readonly Statements[]): string {
  const rows = statements.map(({ operation, statements: count, messages, transactions }) => [
    operation,
    ...[count, messages, transactions].map(String),
  ]);
  return table([['operation', 'statements', 'messages to PostgreSQL', 'transactions'], ...rows]);
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../../src/cli/api/output';
import { RefusedError } from '../../../src/cli/api/refused';
import { Balancer } from '../balancer';
import { apiKeyEnvironment, connectionTo, loopback, whereItListens, type Ports } from '../control-plane-process';
import { ProgramProcess } from '../program-process';
import { atOnce, sleep } from '../waiting';
import { LoadAdmin, type StoredLog } from './admin';
import { Fleet } from './fleet';
import { Ledger, type RunFacts } from './ledger';
import { logLine } from './pod';

/** That each Pod logs. */
export const LINES = 20;
const LIFE = {
  lifeMs: 300,
  lines: LINES,
  batch: 10,
  hasChanges: (runId: string) => runId.charCodeAt(25) % 2 === 0,
};
/** What is not over so long after the last trigger is counted as lost. */
const PATIENCE_MS = 120_000;
/** How long the control plane stays away after it was killed. */
const AWAY_MS = 300;

export interface RestartsOptions {
  /** Takes all files. */
  readonly folder: string;
  /** Arguments of Node that run the control plane's command. */
  readonly program: readonly string[];
  readonly pools: number;
  readonly mqttPools: number;
  readonly runs: number;
  readonly kills: number;
}

export interface RestartsReport {
  readonly workers: number;
  readonly runs: number;
  readonly kills: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Runs that did not end as their Pods said. */
  readonly ended: readonly string[];
  readonly givenAgain: number;
  readonly lines: number;
  /** Runs whose log is not what their Pods sent: line by line, each once, in order. */
  readonly logsAmiss: readonly string[];
  readonly refusals: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Lets pools carry out runs while their control plane, behind a balancer, is killed and started again and again. */
export async function runThroughRestarts(options: RestartsOptions, signal: AbortSignal): Promise<RestartsReport> {
  const closers: (() => unknown)[] = [];
  try {
    const replica = await Replica.start(options);
    closers.push(() => replica.stop());
    const admin = new LoadAdmin(connectionTo(replica.port, replica.dataDir), join(options.folder, 'credentials'));
    closers.push(() => admin.close());
    const ledger = new Ledger();
    const fleet = new Fleet(admin, ledger, LIFE);
    closers.push(() => fleet.close());
    return await carryOut(options, { replica, admin, ledger, fleet }, signal);
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

interface Parts {
  readonly replica: Replica;
  readonly admin: LoadAdmin;
  readonly ledger: Ledger;
  readonly fleet: Fleet;
}

async function carryOut(options: RestartsOptions, parts: Parts, signal: AbortSignal): Promise<RestartsReport> {
  const { replica, admin, ledger, fleet } = parts;
  await fleet.grow(options.pools, 10, 'poll');
  await fleet.grow(options.mqttPools, 10, 'mqtt');
  await fleet.spreadStacks(10 * fleet.pools.length);
  const started = performance.now();
  const killing = killAlong(options, replica, ledger, signal);
  await triggerAll(options.runs, fleet, ledger, signal);
  await killing;
  const until = performance.now() + PATIENCE_MS;
  while (ledger.unfinished > 0 && performance.now() < until) await sleep(100, undefined, { signal });
  const seconds = (performance.now() - started) / 1000;
  return { ...(await audit(admin, ledger)), workers: 10 * fleet.pools.length, kills: options.kills, seconds };
}

/** Keeps every worker busy, and no more than as many runs waiting, so that runs are queued all the while. */
async function triggerAll(runs: number, fleet: Fleet, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const workers = 10 * fleet.pools.length;
  await atOnce(20, Array.from({ length: runs }), async () => {
    while (ledger.unfinished >= 2 * workers) await sleep(20, undefined, { signal });
    for (;;) {
      try {
        await fleet.trigger();
        return;
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        await sleep(200, undefined, { signal });
      }
    }
  });
}

/** Kills it each time that another share of the runs is over. */
async function killAlong({ runs, kills }: RestartsOptions, replica: Replica, ledger: Ledger, signal: AbortSignal) {
  for (let kill = 1; kill <= kills; kill += 1) {
    while (ledger.finished < (runs * kill) / (kills + 1)) await sleep(20, undefined, { signal });
    await replica.kill();
    await sleep(AWAY_MS, undefined, { signal });
    await replica.startAgain();
  }
}

/** Asks the control plane of every run, and compares what it has stored with what the Pods sent. */
async function audit(admin: LoadAdmin, ledger: Ledger) {
  const { lost, doubled, ended, givenAgain } = ledger.verdict();
  const amiss: string[] = [];
  const notFinished = new Set(ended);
  let lines = 0;
  await atOnce(8, [...ledger.all], async ([id, facts]) => {
    const log = await admin.readLog(id);
    if (log.state !== 'FINISHED' || log.reason !== 'Succeeded') notFinished.add(id);
    if (!isWhole(id, facts, log)) amiss.push(id);
    lines += log.records.filter(({ writer }) => writer === 'relay').length;
  });
  const found = { lost, doubled, ended: [...notFinished].filter((id) => !lost.includes(id)) };
  const refusals = Object.fromEntries(ledger.refusals);
  return { runs: ledger.all.size, ...found, givenAgain: givenAgain.length, lines, logsAmiss: amiss, refusals };
}

/** Whether a log holds every line of every Pod of a run once and in order. */
export function isWhole(runId: string, { started }: Pick<RunFacts, 'started'>, { records }: StoredLog): boolean {
  const stored = records.filter(({ writer }) => writer === 'relay').map(({ attempt, text }) => `${attempt} ${text}`);
  const sent = started.flatMap(({ attempt }) =>
    Array.from({ length: LINES }, (_, index) => `${attempt} ${logLine(runId, index + 1)}`),
  );
  return stored.join('') === sent.join('');
}

/** A control plane as a process behind balancers, which keep its address the same. */
class Replica {
  readonly dataDir: string;
  private readonly log: string;
  private ports: Ports | undefined;
  private running!: ProgramProcess;

  private constructor(
    private readonly options: RestartsOptions,
    private readonly https: Balancer,
    private readonly mqtts: Balancer,
  ) {
    this.dataDir = join(options.folder, 'data');
    this.log = join(options.folder, 'control-plane.log');
  }

  static async start(options: RestartsOptions): Promise<Replica> {
    mkdirSync(options.folder, { recursive: true });
    const replica = new Replica(options, await Balancer.start(), await Balancer.start());
    await replica.startAgain();
    return replica;
  }

  /** Of the balancer. */
  get port(): number {
    return this.https.port;
  }

  async startAgain(): Promise<void> {
    const { https, mqtts, log, dataDir } = this;
    const urls = [`--public-url=https://127.0.0.1:${https.port}`, `--mqtt-url=mqtts://127.0.0.1:${mqtts.port}`];
    this.running = new ProgramProcess({
      name: 'the control plane',
      args: [...this.options.program, 'control-plane', ...loopback(dataDir, this.ports), ...urls],
      environment: apiKeyEnvironment,
      log,
    });
    this.ports = await whereItListens(this.running, log);
    https.backEnds = [this.ports.https];
    mqtts.backEnds = [this.ports.mqtts];
  }

  kill(): Promise<void> {
    return this.running.kill();
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await Promise.all([this.https.close(), this.mqtts.close()]);
  }
}

export function restartsAsText(report: RestartsReport): string {
  const { workers, runs, kills, lost, doubled, ended, givenAgain, lines, logsAmiss, refusals, seconds } = report;
  const rows = [
    ['workers', workers],
    ['runs', runs],
    ['control plane killed and started again', kills],
    ['runs lost', lost.length],
    ['runs doubled', doubled.length],
    ['runs ended otherwise than their Pods said', ended.length],
    ['runs given to another worker before they started', givenAgain],
    ['log lines stored', lines],
    ['runs whose log is not what was sent', logsAmiss.length],
    ['seconds', seconds.toFixed(0)],
    ...Object.entries(refusals).map(([text, count]) => [`refused: ${text}`, count]),
  ];
  return table(rows.map((row) => row.map(String)));
}

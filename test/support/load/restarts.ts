import { join } from 'node:path';
import { table } from '../../../src/cli/api/output';
import type { Connection } from '../../../src/cli/api/connection';
import { RefusedError } from '../../../src/cli/api/refused';
import { atOnce, sleep } from '../waiting';
import { LoadAdmin, type StoredLog } from './admin';
import { Fleet } from './fleet';
import { Ledger, type RunFacts } from './ledger';
import { logLine, type PodLife } from './pod';

/** That each Pod logs. */
export const LINES = 12;
const LIFE = {
  lifeMs: 200,
  lines: LINES,
  batch: 6,
  hasChanges: (runId: string) => runId.charCodeAt(25) % 4 === 0,
};
/** What is not over so long after the last trigger is counted as lost. */
const PATIENCE_MS = 180_000;
/** Control planes that serve as one, and what may happen to them. */
export interface Site {
  readonly connection: Connection;
  /** In the order in which they happen. */
  readonly faults: readonly Fault[];
  close(): Promise<void>;
}

export interface Fault {
  readonly name: string;
  readonly happen: (signal: AbortSignal) => Promise<void>;
}

export interface RestartsOptions {
  /** Takes all files. */
  readonly folder: string;
  readonly pools: number;
  readonly mqttPools: number;
  readonly runs: number;
  /** @default - controllers make Pods at once */
  readonly begin?: PodLife['begin'];
}

export interface RestartsReport {
  readonly workers: number;
  readonly runs: number;
  /** What happened meanwhile, and how often. */
  readonly faults: Readonly<Record<string, number>>;
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

/** Lets pools carry out runs while one fault after another happens to the control planes and what they stand on. */
export async function runThroughRestarts(
  site: Site,
  options: RestartsOptions,
  signal: AbortSignal,
): Promise<RestartsReport> {
  const closers: (() => unknown)[] = [];
  try {
    const admin = new LoadAdmin(site.connection, join(options.folder, 'credentials'));
    closers.push(() => admin.close());
    const ledger = new Ledger();
    const { begin } = options;
    const fleet = new Fleet(admin, ledger, { ...LIFE, ...(begin && { begin }) });
    closers.push(() => fleet.close());
    return await carryOut(options, { site, admin, ledger, fleet }, signal);
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

interface Parts {
  readonly site: Site;
  readonly admin: LoadAdmin;
  readonly ledger: Ledger;
  readonly fleet: Fleet;
}

async function carryOut(options: RestartsOptions, parts: Parts, signal: AbortSignal): Promise<RestartsReport> {
  const { site, admin, ledger, fleet } = parts;
  await fleet.grow(options.pools, 10, 'poll');
  await fleet.grow(options.mqttPools, 10, 'mqtt');
  await fleet.spreadStacks(10 * fleet.pools.length);
  const started = performance.now();
  const happening = happenAlong(options, site, ledger, signal);
  await triggerAll(options.runs, fleet, ledger, signal);
  await happening;
  const until = performance.now() + PATIENCE_MS;
  while (ledger.unfinished > 0 && performance.now() < until) await sleep(100, undefined, { signal });
  const seconds = (performance.now() - started) / 1000;
  return { ...(await audit(admin, ledger)), workers: 10 * fleet.pools.length, faults: counted(site.faults), seconds };
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

/** Lets the next fault happen each time that another share of the runs is over. */
async function happenAlong({ runs }: RestartsOptions, { faults }: Site, ledger: Ledger, signal: AbortSignal) {
  for (const [index, { happen }] of faults.entries()) {
    while (ledger.finished < (runs * (index + 1)) / (faults.length + 1)) await sleep(20, undefined, { signal });
    await happen(signal);
  }
}

function counted(faults: readonly Fault[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of faults) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
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

export function restartsAsText(report: RestartsReport): string {
  const { workers, runs, faults, lost, doubled, ended, givenAgain, lines, logsAmiss, refusals, seconds } = report;
  const rows = [
    ['workers', workers],
    ['runs', runs],
    ...Object.entries(faults),
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

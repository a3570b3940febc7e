import { until } from '../../src/cli/demo/kubernetes';
import type { Progress } from '../../src/local-cluster';
import { NodeLab } from '../chaos/labs/node/lab';
import { removeFolder, temporaryFolder } from '../support/folder';
import { Auditor } from './audit';
import { Books, type Accounts } from './books';
import { Breaking } from './breakages';
import { insist, pause } from './insist';
import { Load } from './load';
import { Dice, type SoakOptions } from './options';
import { Usage, type Growth } from './usage';

/** Of its cluster. */
const NAME = 'soak';
const AUDIT_SECONDS = 60;
/** All runs have ended after so long: no start deadline and no lease is longer. One that has not is lost. */
const OVER_MS = 900_000;
/** What is left open in a process that has nothing to do may be as many sockets more than before. */
const SPARE_SOCKETS = 10;
/** After so long without anything to do, connections that are kept for later are closed. */
const REST_SECONDS = 30;

export interface SoakReport extends SoakOptions {
  readonly accounts: Accounts;
  readonly broken: Readonly<Record<string, number>>;
  readonly audits: { readonly made: number; readonly compared: number; readonly differences: readonly string[] };
  readonly ghosts: readonly string[];
  readonly processes: readonly Growth[];
  readonly disk: Usage['disk'];
  /** What broke an invariant, a sentence each. */
  readonly amiss: readonly string[];
}

/** Asks for runs of all kinds and breaks the node under them, for a while; then waits until all is over, and counts. @returns undefined when it was stopped */
export async function runSoak(
  options: SoakOptions,
  progress: Progress,
  stopping: AbortSignal,
): Promise<SoakReport | undefined> {
  const folder = temporaryFolder();
  progress.start('bringing up the node', 'some minutes the first time');
  const lab = await NodeLab.open({ folder, signal: stopping, tell: (text) => progress.update(text) }, NAME);
  try {
    await lab.parts.serveMetrics();
    progress.done();
    return await Promise.race([soak(lab, options, progress, stopping), aborted(stopping)]);
  } finally {
    await lab.close();
    removeFolder(folder);
  }
}

/** What goes on by then loses its node. */
function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}

async function soak(
  lab: NodeLab,
  options: SoakOptions,
  progress: Progress,
  stopping: AbortSignal,
): Promise<SoakReport> {
  const { minutes, seed } = options;
  const enough = AbortSignal.any([stopping, AbortSignal.timeout(minutes * 60_000)]);
  const [books, auditor, usage] = [new Books(lab), new Auditor(lab), new Usage(lab)];
  const breaking = new Breaking(lab, books, new Dice(seed + 1), enough, (text) => progress.update(text));
  usage.take();
  progress.start(`runs and faults for ${minutes} minutes`, `seed ${seed}`);
  await Promise.all([
    new Load(lab, books, new Dice(seed), enough).run(),
    breaking.run(),
    each(AUDIT_SECONDS, enough, async () => {
      usage.take();
      await auditor.audit();
      progress.update(`${books.entries.length} runs asked for, ${(await books.open()).length} open`);
    }),
  ]);
  progress.done();

  progress.start('waiting until everything is over');
  await until(
    async () => (await insist(() => books.open())).length === 0,
    () => 'a run never ended',
    OVER_MS,
  ).catch(() => undefined);
  const notConverged = await lab.converged();
  await pause(REST_SECONDS, stopping);
  // Twice, since only what both have found counts.
  await auditor.audit();
  await auditor.audit();
  usage.take();
  progress.done();
  const report = {
    ...options,
    accounts: await books.close(),
    broken: breaking.counts,
    audits: auditor,
    ghosts: [...auditor.ghosts],
    processes: usage.growth(),
    disk: usage.disk,
  };
  return { ...report, amiss: [...notConverged, ...amissIn(report)] };
}

/** What of a report breaks an invariant. */
export function amissIn(report: Omit<SoakReport, 'amiss'>): string[] {
  const { accounts, audits, ghosts, processes } = report;
  const said = (word: string, sentences: readonly string[]) => sentences.map((sentence) => `${word}: ${sentence}`);
  const leaks = processes.filter(({ first, last }) => last.sockets > first.sockets + SPARE_SOCKETS);
  const count = (numbers: Readonly<Record<string, number>>) =>
    Object.values(numbers).reduce((sum, one) => sum + one, 0);
  return [
    ...said('lost', accounts.lost),
    ...said('doubled', accounts.doubled),
    ...said('killed', accounts.killed),
    ...said('ghost', ghosts),
    ...said('cache', audits.differences),
    ...leaks.map(({ name, first, last }) => `leak: the ${name} had ${first.sockets} sockets, and has ${last.sockets}`),
    ...(count(accounts.ended) === 0 ? ['no run was asked for: nothing was shown'] : []),
    ...(audits.compared === 0 ? ['no audit could compare the cache: nothing was shown of it'] : []),
  ];
}

async function each(seconds: number, until: AbortSignal, work: () => Promise<void>): Promise<void> {
  for (;;) {
    await pause(seconds, until);
    if (until.aborted) return;
    // The control plane or the API server may be away just now.
    await work().catch(() => undefined);
  }
}

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { removeFolder } from '../../../support/folder';
import { sleep, until } from '../../../support/waiting';
import type { Lab, LabContext, Verdict } from '../../fault';
import { audit, readStored } from './audit';
import { Crowd } from './crowd';
import { Site, type Shape } from './site';

const BUNDLE = 'dist/control-plane/control-plane.mjs';
/** What is not over so long after the fault is counted as lost. */
const PATIENCE_SECONDS = 90;
/** What is waited for before anything breaks. */
const WARM_SECONDS = 60;

export interface Trial {
  readonly site: Site;
  readonly crowd: Crowd;
  readonly signal: AbortSignal;
}

export interface Prepared {
  close(): unknown;
}

export interface TrialOptions {
  /** Lines of each of the pieces of log that Pods write. @default 1 */
  readonly linesAtOnce?: number;
  /** What is not over so long after the fault is counted as lost, in seconds. @default 90 */
  readonly patienceSeconds?: number;
  /** What is made before the site, in its folder, and undone after it. @default - nothing */
  readonly prepare?: (folder: string) => Prepared | Promise<Prepared>;
  /** What is looked at when all runs are over, before the control planes end. @returns what is amiss, a sentence each */
  readonly afterwards?: (trial: Trial) => Promise<readonly string[]>;
}

/** Bundles of control planes as processes, with a crowd of clients before each. */
export class ControlPlaneLab implements Lab {
  private sites = 0;
  private readonly closing = new AbortController();
  /** Ends when all that a fault has started and mounted is away again, however it went. */
  private underWay: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly context: LabContext,
    private readonly program: readonly string[],
  ) {}

  static async open(context: LabContext): Promise<ControlPlaneLab> {
    context.tell('the control plane is bundled');
    await promisify(execFile)(process.execPath, ['src/cli/build.mjs']);
    return new ControlPlaneLab(context, [BUNDLE]);
  }

  get signal(): AbortSignal {
    return AbortSignal.any([this.context.signal, this.closing.signal]);
  }

  /** Arguments of Node that run the control plane. */
  get controlPlane(): readonly string[] {
    return [...this.program, 'control-plane'];
  }

  /** Waits, unless all is to end. */
  sleep(seconds: number): Promise<void> {
    return sleep(seconds * 1000, undefined, { signal: this.signal });
  }

  /** A folder of its own for what a fault needs. */
  newFolder(): string {
    const folder = join(this.context.folder, `site-${++this.sites}`);
    mkdirSync(folder);
    return folder;
  }

  /**
   * Opens a site, lets the crowd work there, does what breaks something and, in the end, mends it, and waits until every run
   * is over. Then the database is compared with what the crowd was told.
   */
  during(shape: Shape, fault: (trial: Trial) => Promise<unknown>, options: TrialOptions = {}): Promise<Verdict> {
    const verdict = this.carryOutAt(shape, fault, options);
    this.underWay = verdict.catch(() => undefined);
    return verdict;
  }

  /** Ends what is under way, as when it takes too long, and waits until its volumes and processes are gone. */
  async close(): Promise<void> {
    this.closing.abort(new Error('the lab is closed'));
    await this.underWay;
  }

  private async carryOutAt(
    shape: Shape,
    fault: (trial: Trial) => Promise<unknown>,
    options: TrialOptions,
  ): Promise<Verdict> {
    const { signal } = this;
    const folder = this.newFolder();
    const closers: (() => unknown)[] = [() => removeFolder(folder)];
    try {
      const { linesAtOnce = 1, prepare } = options;
      const prepared = await prepare?.(folder);
      if (prepared) closers.unshift(() => prepared.close());
      this.context.tell('control planes start');
      const site = await Site.open(shape, { folder, program: this.program });
      closers.unshift(() => site.close());
      const crowd = await Crowd.open({ connection: site.connection, folder, signal, linesAtOnce });
      closers.unshift(() => crowd.close());
      return await this.carryOut({ site, crowd, signal }, fault, options);
    } finally {
      // One that fails keeps no other from what it has to do.
      for (const close of closers)
        await Promise.resolve()
          .then(close)
          .catch((error) => this.context.tell(String(error)));
    }
  }

  private async carryOut(
    trial: Trial,
    fault: (trial: Trial) => Promise<unknown>,
    { patienceSeconds = PATIENCE_SECONDS, afterwards }: TrialOptions,
  ): Promise<Verdict> {
    const { site, crowd, signal } = trial;
    const { books } = crowd;
    const asking = new AbortController();
    crowd.askForLasting();
    const asked = crowd.keepAsking(AbortSignal.any([asking.signal, signal]));
    try {
      await until('runs of every kind are over', WARM_SECONDS, () => isWarm(crowd), signal);
      this.context.tell('something breaks');
      await fault(trial);
    } finally {
      asking.abort();
    }
    await asked;
    const mendedAt = performance.now();
    this.context.tell('it is mended; runs go on');
    crowd.releaseLasting();
    crowd.askOnce();
    const end = mendedAt + patienceSeconds * 1000;
    while (books.openIntents.length > 0 && performance.now() < end) await sleep(20, undefined, { signal });
    const recoveredInMs = Math.round(performance.now() - mendedAt);
    const more = (await afterwards?.(trial)) ?? [];
    await crowd.close();
    const { amiss = [], ...counted } = audit(books, await readStored(site.replica.dataDir, site.databaseUrl));
    const refusals = [...books.refusals].map(([text, count]) => `${count} times: ${text}`);
    const all = [...amiss, ...more];
    return { ...counted, recoveredInMs, ...(all.length > 0 && { amiss: [...all, ...refusals] }) };
  }
}

/** Every kind of run has been gone through, and those that last have started, over each transport. */
function isWarm({ books }: Crowd): boolean {
  const lasting = books.intents.filter(({ stack }) => stack.startsWith('lasting'));
  const areUnderWay = lasting.every(({ id }) => id !== undefined && (books.all.get(id)?.started.length ?? 0) > 0);
  return areUnderWay && books.endedRuns >= 6;
}

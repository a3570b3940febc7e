import { createHash } from 'node:crypto';
import { open, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CallError, LauncherClient } from '../../../../src/launcher/client';
import type { PoolAccess } from '../../../../src/launcher/credentials';
import { heartbeat } from '../../../../src/launcher/heartbeat';
import type { Logger } from '../../../../src/launcher/logger';
import { Bell } from '../../../../src/launcher/relay/bell';
import { Journal } from '../../../../src/launcher/relay/journal';
import { Mask } from '../../../../src/launcher/relay/mask';
import { Sender } from '../../../../src/launcher/relay/sender';
import { retrying, type RetryOptions } from '../../../../src/launcher/retry';
import { LockInfo, type Assignment, type RunSpec } from '../../../../src/protocol/messages';
import { sleep, systemClock as clock } from '../../../../src/time';
import type { Books, Told } from './books';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const LINE_EVERY_MS = 100;

/** What a run does, by the name of its stack. */
export type Kind =
  /** Has no changes. */
  | 'plain'
  /** Is applied by a second Pod, which writes a state. */
  | 'applied'
  /** The same, once a person has said yes. */
  | 'confirmed'
  /** A step of it fails. */
  | 'failing'
  /** Logs until it is let go. */
  | 'lasting';

export interface PodSurroundings {
  /** For journals. */
  readonly folder: string;
  readonly books: Books;
  readonly kindOf: (stack: string) => Kind;
  /** Resolves when runs that last are let go. */
  readonly letGo: Promise<void>;
  /** Says yes to the plan of a run. */
  readonly confirm: (runId: string) => Promise<void>;
  /** Lines of each of its pieces of log. @default 1 */
  readonly linesAtOnce?: number;
}

/**
 * What a run Pod says to the control plane, by the parts of `init` and relay that say it: the client, its retries, the
 * journal, the sender and the heartbeat. In place of a tool something writes numbered lines.
 */
export class CrowdPod {
  private readonly client: LauncherClient;
  private readonly podUid: string;
  private readonly trouble: RetryOptions;

  constructor(
    access: PoolAccess,
    private readonly assignment: Assignment,
    private readonly surroundings: PodSurroundings,
    private readonly signal: AbortSignal,
  ) {
    const { runId, stage, attempt, fence, startDeadline } = assignment;
    this.podUid = `${runId}-${attempt}-${fence}`;
    const identity = { runId, stage, attempt, fence, startDeadline, podUid: this.podUid, workerName: 'worker' };
    this.client = new LauncherClient({ access, identity });
    // A control plane that was restored may not know the run yet.
    this.trouble = { clock, signal, alsoRetry: ({ kind }) => kind === 'not-found' };
  }

  async live(): Promise<void> {
    const { runId, stage, attempt, startDeadline } = this.assignment;
    const { books } = this.surroundings;
    try {
      const run = await retrying(() => this.client.start(), { ...this.trouble, until: startDeadline });
      books.started(runId, { stage, attempt, podUid: this.podUid });
      await this.carryOut(run, books.tells(runId, attempt, stage));
    } finally {
      await this.client.close();
    }
  }

  private async carryOut(run: RunSpec, told: Told): Promise<void> {
    const { client, trouble, signal } = this;
    const { runId, attempt } = this.assignment;
    const exchange = join(this.surroundings.folder, `${runId}-${attempt}`);
    await mkdir(exchange, { recursive: true });
    const journal = await Journal.on(await open(join(exchange, 'journal'), 'a+'));
    const grown = new Bell();
    const alsoRetry = trouble.alsoRetry!;
    const sender = new Sender({ client, journal, exchange, clock, logger: SILENT, grown, alsoRetry });
    sender.useMask(new Mask([]));
    sender.onAcknowledged(({ sequence }) => (told.acknowledged = sequence));
    const done = new AbortController();
    const refused = new Promise<never>((_, reject) => {
      const refuse = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
      signal.addEventListener('abort', () => refuse(signal.reason), { once: true });
      void sender.run(done.signal).catch(refuse);
      const currentStep = (): string => 'plan';
      const onStop = (reason: string): Promise<void> => Promise.reject(new Error(`told to stop: ${reason}`));
      void heartbeat({ client, clock, logger: SILENT, currentStep, onStop, alsoRetry }, done.signal).catch((error) => {
        // Its end may be known to the control plane before the answer to its outcome has come.
        if (!told.outcome) refuse(error);
      });
    });
    refused.catch(() => undefined);
    try {
      await Promise.race([this.work(run, told, { journal, grown, sender }), refused]);
    } finally {
      done.abort();
      await journal.close();
    }
  }

  private async work(
    run: RunSpec,
    told: Told,
    { journal, grown, sender }: { readonly journal: Journal; readonly grown: Bell; readonly sender: Sender },
  ): Promise<void> {
    const { kindOf, letGo, linesAtOnce = 1 } = this.surroundings;
    const kind = kindOf(run.stack);
    const { stage, runId, attempt } = this.assignment;
    const log = async (): Promise<void> => {
      const line = `line ${told.lines.length + 1} of ${runId}, attempt ${attempt}\n`;
      told.lines.push(line);
      await journal.append({ time: Date.now(), stream: 'stdout', step: 'plan', text: line, mark: '' });
    };
    const logMore = async (): Promise<void> => {
      for (let count = 0; count < linesAtOnce; count += 1) await log();
      grown.ring();
      await sleep(clock, LINE_EVERY_MS, this.signal);
    };
    if (stage === 'applying') await this.readWorkspace();
    for (let piece = 0; piece < 4; piece += 1) await logMore();
    let goesOn = kind === 'lasting';
    void letGo.then(() => (goesOn = false));
    while (goesOn && !this.signal.aborted) await logMore();
    const hasChanges = stage === 'preparing' && (kind === 'applied' || kind === 'confirmed');
    if (hasChanges) await this.storeWorkspace();
    if (stage === 'applying') await this.writeState(told);
    await log();
    await sender.flushed();
    await this.tellOutcome(told, kind, hasChanges);
  }

  private async storeWorkspace(): Promise<void> {
    const { runId, fence } = this.assignment;
    const content = `workspace of ${runId} by ${fence}`;
    await retrying(() => this.client.uploadWorkspace(Readable.from([Buffer.from(content)]), this.signal), this.trouble);
    this.surroundings.books.workspaces.set(runId, content);
  }

  private async readWorkspace(): Promise<void> {
    const { runId } = this.assignment;
    const { books } = this.surroundings;
    const content = await retrying(async () => {
      const sealed = await this.client.workspace();
      return text(sealed).catch(() => Promise.reject(new CallError('unreachable', 'the workspace broke off')));
    }, this.trouble);
    const stored = books.workspaces.get(runId);
    if (content !== stored) books.amiss.push(`the second Pod of ${runId} got another workspace than the first stored`);
  }

  /** As a tool does, under a lock. */
  private async writeState(told: Told): Promise<void> {
    const { client, trouble, signal } = this;
    const { runId, attempt } = this.assignment;
    const lock = LockInfo.parse({ ID: `lock of ${this.podUid}`, Operation: 'OperationTypeApply' });
    const serial = Date.now();
    const state = Buffer.from(JSON.stringify({ version: 4, serial, lineage: 'one', by: `${runId}-${attempt}` }));
    await retrying(() => client.lockState(lock, signal), trouble);
    await retrying(() => client.writeState(Readable.from([state]), state.length, lock.ID, signal), trouble);
    told.states.push(createHash('sha256').update(state).digest('hex'));
    await retrying(() => client.unlockState(lock.ID, signal), trouble);
  }

  private async tellOutcome(told: Told, kind: Kind, hasChanges: boolean): Promise<void> {
    const { runId, attempt } = this.assignment;
    const { books, confirm } = this.surroundings;
    const isFailure = kind === 'failing';
    const message = `Attempt ${attempt} of ${runId} ${isFailure ? 'failed' : 'went well'}.`;
    const reason = isFailure ? 'UserFailed' : 'Succeeded';
    told.outcome = { reason, message, isTaken: false };
    const outcome = { reason, message, exitCode: isFailure ? 1 : 0, hasChanges } as const;
    const { state } = await retrying(() => this.client.outcome(outcome, this.signal), this.trouble);
    told.outcome.isTaken = true;
    if (!hasChanges) books.isOver(runId);
    if (kind === 'confirmed' && hasChanges && state === 'UNCONFIRMED') void confirm(runId);
  }
}

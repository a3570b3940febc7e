import { join } from 'node:path';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Clock } from '../../time';
import type { Spans } from '../../tracing/spans';
import type { GitCommit, GitSource, RunSpec } from '../../protocol/messages';
import { SealError, unseal } from '../../protocol/sealing';
import type { Origin } from '../../protocol/sealing';
import { ArchiveError, emptyFolder, folderError, FolderError, isFolderInside, unpack } from '../archive';
import { CallError } from '../client';
import type { LauncherClient } from '../client';
import { connect } from '../connect';
import type { PoolAccess } from '../credentials';
import { environmentProblems, environmentRefusal } from '../../protocol/environment';
import { EXIT } from '../../protocol/exit-codes';
import { LauncherExit } from '../exit';
import type { Identity } from '../identity';
import type { Logger } from '../logger';
import type { Paths } from '../paths';
import { retrying } from '../retry';
import type { RetryOptions } from '../retry';
import { AttemptSpans } from '../attempt-spans';
import { Clone, GitError } from './git';
import { InitLog } from './init-log';
import { placeState, StateError } from './managed-state';
import { layDown } from './lay-down';
import { hasPolicy, passPolicy, PolicyDenied } from './policy/gate';
import type { PolicyLimits } from './policy/opa';
import { PolicyError } from './policy/policy-error';
import type { BringOptions } from './tools/bring-tool';
import { ToolRefused } from './tools/tool-error';
import { withTool, type RunWithTool } from './tools/with-tool';

export interface InitOptions {
  readonly identity: Identity;
  readonly paths: Paths;
  /** Variables of the `init` container. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** File of the shim that goes into the worker container. */
  readonly shim: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the waiting; `init` has then laid down nothing of use. */
  readonly signal: AbortSignal;
  /** Of the launcher. */
  readonly version: string;
  /** @default NO_SPANS */
  readonly spans?: Spans;
  /** The program that evaluates policies. @default OPA_PATH */
  readonly opa?: string;
  /** What a policy may take. @default POLICY_LIMITS */
  readonly policyLimits?: PolicyLimits;
  /** Who signs tools. @default - their publishers */
  readonly toolKeys?: BringOptions['keys'];
}

/** What the control plane gave out cannot be used; trying again would give the same. */
class Unusable extends Error {}

/** Most that a source may hold when it is unpacked: some archives of a few kilobytes hold terabytes. */
const UNPACKED_SOURCE_BYTES = 4 * 1024 ** 3;

/**
 * Starts the run and makes everything ready for the worker container: workspace, steps, shim.
 *
 * @throws LauncherExit with a sentence for people. Before the control plane has said yes to the start nothing is laid
 * down; after it, the same sentence is the run's outcome.
 */
export async function init(options: InitOptions): Promise<void> {
  const { identity, paths, clock, logger } = options;
  const spans = new AttemptSpans(options.spans, identity, clock);
  const { client, access } = await connect(paths.credentials, identity, clock);
  try {
    const trouble: RetryOptions = {
      clock,
      signal: options.signal,
      onTrouble: (error) => logger.warn(error.message),
      onRecovery: () => logger.info('The control plane answers again.'),
    };
    const started = await spans.during('init: start', () => start(client, options, trouble));
    const log = new InitLog(client, clock);
    log.add(`Run ${started.runId} of ${started.stack}, ${started.stage}, on worker ${identity.workerName}.`);
    const run = withoutSettingsOfThePool(started, log);
    try {
      const clone =
        run.git &&
        (await spans.during('init: repository', () => fetched(run, run.git!, client, { log, trouble, ...options })));
      const known = clone ? ofCommit(run, clone.commit) : run;
      await spans.during('init: policy', () =>
        passPolicy(known, { ...options, workerName: identity.workerName }, (line) => log.add(line)),
      );
      const from = { clone, ...options };
      log.add(await spans.during('init: source', () => retrying(() => prepare(client, access, run, from), trouble)));
      const state = await placeState(run, join(paths.workspace, run.projectRoot)).catch((error: unknown) => {
        throw folderError(error, 'workspace') ?? error;
      });
      for (const line of state.lines) log.add(line);
      const equipped: RunWithTool =
        run.tool === null ? run : await spans.during('init: tool', () => equip(run, client, log, options));
      const environment = { ...spans.variables, ...run.environment };
      await layDown({ ...equipped, environment, servesState: state.isManaged }, paths, options.shim).catch(
        (error: unknown) => {
          throw folderError(error, 'exchange') ?? error;
        },
      );
    } catch (error) {
      await giveUp(client, log, error, trouble);
    }
    await retrying(() => log.send(), trouble).catch(asExit);
    logger.info(`Run ${run.runId} is ready to be carried out.`);
  } finally {
    await client.close();
  }
}

/** Brings the tool of the run, where its stack names one. */
function equip(run: RunSpec, client: LauncherClient, log: InitLog, options: InitOptions): Promise<RunWithTool> {
  const { binaries, binariesCache: cache } = options.paths;
  const say = (line: string): void => log.add(line);
  return withTool(run, { ...options, client, binaries, cache, say, keys: options.toolKeys }).catch((error: unknown) => {
    throw folderError(error, 'binaries') ?? error;
  });
}

/** Stacks that were made before these were refused may still have them. */
function withoutSettingsOfThePool(run: RunSpec, log: InitLog): RunSpec {
  const problems = environmentProblems(run.environment).filter(({ kind }) => kind === 'of-the-pool');
  for (const { sentence } of problems) log.add(`${sentence} It is left out.`);
  const leftOut = problems.map(({ name }) => name);
  const environment = Object.fromEntries(Object.entries(run.environment).filter(([name]) => !leftOut.includes(name)));
  return { ...run, environment };
}

async function start(
  client: LauncherClient,
  { identity, environment }: InitOptions,
  trouble: RetryOptions,
): Promise<RunSpec> {
  try {
    return await retrying(() => client.start(hasPolicy(environment)), { ...trouble, until: identity.startDeadline });
  } catch (error) {
    return asExit(error);
  }
}

const EXIT_OF: Partial<Record<CallError['kind'], { code: number; sentence: string }>> = {
  fenced: {
    code: EXIT.fenced,
    sentence: 'The run was given to another attempt, or was stopped; this Pod carries out nothing.',
  },
  'already-started': {
    code: EXIT.alreadyStarted,
    sentence: 'Another Pod has already started this attempt; this one carries out nothing.',
  },
};

/** @throws LauncherExit */
function asExit(error: unknown): never {
  if (!(error instanceof CallError)) throw error;
  const known = EXIT_OF[error.kind];
  if (known !== undefined) throw new LauncherExit(known.code, `${known.sentence} ${error.message}`);
  if (error.retryable)
    throw new LauncherExit(EXIT.unreachable, `The run could not be started in time. ${error.message}`);
  throw new LauncherExit(EXIT.rejected, `The control plane refuses this Pod (${error.kind}): ${error.message}`);
}

interface Fetching extends InitOptions {
  readonly log: InitLog;
  readonly trouble: RetryOptions;
}

/** Fetches what a run is of, where that is a commit of a repository, and tells of it. */
async function fetched(
  run: RunSpec,
  source: GitSource,
  client: LauncherClient,
  { paths, environment, clock, signal, log, trouble }: Fetching,
): Promise<Clone> {
  const say = async (line: string): Promise<void> => {
    log.add(line);
    await retrying(() => log.send(), trouble);
  };
  const { projectRoot } = run;
  const where = { workspace: paths.workspace, projectRoot, bytes: UNPACKED_SOURCE_BYTES };
  const clone = await Clone.fetch(source, { ...where, environment, clock, signal, say, client }).catch(
    (error: unknown) => {
      throw folderError(error, 'workspace') ?? error;
    },
  );
  const { commit } = clone;
  await retrying(() => client.commit(commit), trouble);
  const [subject = ''] = commit.message.split('\n', 1);
  log.add(`Commit ${commit.hash} of branch ${commit.branch}: ${subject}`);
  return clone;
}

/** What the policy is told of the commit, once it is known. */
function ofCommit(run: RunSpec, { hash, message, author, branch, createdAt }: GitCommit): RunSpec {
  const { policySubject: subject } = run;
  if (!subject) return run;
  const commit = { hash, message, author, branch, created_at: createdAt * 1_000_000 };
  return { ...run, policySubject: { ...subject, run: { ...subject.run, commit } } };
}

interface Preparing extends InitOptions {
  readonly clone: Clone | undefined;
}

/** Fills the workspace; returns a line for the log. */
async function prepare(
  client: LauncherClient,
  access: PoolAccess,
  run: RunSpec,
  { identity, paths, clone }: Preparing,
): Promise<string> {
  const refusal = environmentRefusal(run.environment);
  if (refusal !== undefined) throw new Unusable(refusal);
  if (clone) return checkedOut(clone, run, paths);
  await emptyFolder(paths.workspace).catch((error: unknown) => {
    throw folderError(error, 'workspace') ?? error;
  });
  const sealed = run.stage === 'applying';
  const archive = sealed ? await client.workspace() : await client.source();
  try {
    if (sealed) await unpack(opened(archive, access, run, identity), paths.workspace, { ofWorkspace: true });
    else await unpack(archive, paths.workspace, { bytes: UNPACKED_SOURCE_BYTES });
  } catch (error) {
    archive.destroy();
    if (error instanceof ArchiveError || error instanceof SealError) {
      throw new Unusable(`${sealed ? 'The saved run state' : "The stack's source"} cannot be used. ${error.message}`);
    }
    if (error instanceof FolderError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CallError('unreachable', `The download broke off (${code ?? message}).`);
  }
  await requireProject(run, paths);
  return sealed ? 'The run state was fetched and unsealed.' : 'The source was fetched.';
}

async function checkedOut(clone: Clone, run: RunSpec, paths: Paths): Promise<string> {
  await clone.checkOut().catch((error: unknown) => {
    throw folderError(error, 'workspace') ?? error;
  });
  await requireProject(run, paths);
  return 'The commit was checked out.';
}

/** @throws Unusable */
async function requireProject({ projectRoot }: RunSpec, { workspace }: Paths): Promise<void> {
  if (await isFolderInside(workspace, projectRoot)) return;
  throw new Unusable(`The source has no folder '${projectRoot}', which the stack has as its project root.`);
}

function opened(archive: Readable, access: PoolAccess, run: RunSpec, identity: Identity): Readable {
  const isPlan = (origin: Origin): boolean =>
    origin.runId === run.runId &&
    origin.stack === run.stack &&
    origin.stage === 'preparing' &&
    origin.attempt < identity.attempt;
  // The consumer hears of every failure from the last stream of the line.
  return pipeline(archive, unseal(access.credentials.privateKey, isPlan), () => undefined);
}

/** What ends the run with a sentence of its own. */
const KNOWN = [Unusable, FolderError, GitError, StateError, PolicyError, PolicyDenied, ToolRefused] as const;
const DENIED = ['PolicyDenied', EXIT.denied] as const;
const NOT_USABLE = ['ConfigError', EXIT.source] as const;

/** @throws LauncherExit, after the run's log and outcome say why. */
async function giveUp(client: LauncherClient, log: InitLog, error: unknown, trouble: RetryOptions): Promise<never> {
  const refused = error instanceof CallError && ['not-found', 'too-large', 'malformed'].includes(error.kind);
  if (!refused && !KNOWN.some((known) => error instanceof known)) return asExit(error);
  const [reason, code] = error instanceof PolicyDenied ? DENIED : NOT_USABLE;
  const { message } = error as Error;
  log.add(message);
  await retrying(() => log.send(), trouble).catch(asExit);
  await retrying(() => client.outcome({ reason, message, exitCode: null, hasChanges: false }), trouble).catch(asExit);
  throw new LauncherExit(code, message);
}

import { CHANGES_EXIT_CODE } from '../../../src/protocol/messages';
import { sleep } from '../../../src/time';
import { FILE } from '../../../src/launcher/exchange';
import { EXIT, WORKER_BEGAN } from '../../../src/protocol/exit-codes';
import type { Volumes } from '../platform/files';
import type { SimulatedProcess } from './process';

/** What a stage of a run does, once it is let. */
export interface WorkScript {
  /** Of each step, in milliseconds. */
  readonly stepMs: number;
  readonly linesPerStep: number;
  /** Of the plan: whether there is something to apply. */
  readonly hasChanges: boolean;
  /** The step, counted from 1, that ends with 1. */
  readonly failsAt?: number;
  /** How long a step takes to end when it is asked to. */
  readonly stopMs: number;
}

/** Told of what the steps do: from the first on, infrastructure may change. */
export interface WorkObserver {
  begun(): void;
  line(text: string): void;
  ended(): void;
}

/** How often it looks for a file, as the shim does. */
const LOOK_MS = 1_000;
const SHORT_LOOK_MS = 100;
/** How long the relay may take. */
const PATIENCE_MS = 300_000;

interface Shim {
  readonly process: SimulatedProcess;
  readonly volumes: Volumes;
  readonly exchange: string;
  readonly script: WorkScript;
  readonly terminating: AbortSignal;
  readonly observer: WorkObserver;
  /** What is said to the kubelet. */
  readonly lastWords: (sentence: string) => void;
}

/**
 * The worker container as src/launcher/shim/spacelift-worker.sh has it, its files and their order included; the steps do
 * nothing but write lines and take their time. Gives the exit code.
 */
export async function work(shim: Shim): Promise<number> {
  const { volumes, exchange, process } = shim;
  const at = (name: string) => `${exchange}/${name}`;
  const pipe = volumes.files.get(at(FILE.workerAlive));
  if (!pipe) {
    shim.lastWords(`${at(FILE.workerAlive)} is no FIFO: did the container init succeed?`);
    return EXIT.usage;
  }
  pipe.writers += 1;
  process.onDeath(() => (pipe.writers -= 1));
  volumes.append(at(FILE.workerAlive), '.');
  shim.lastWords(WORKER_BEGAN);
  const early = (await awaitFile(shim, FILE.relayReady)) ?? (await begin(shim));
  if (early !== undefined) return early;
  const code = await steps(shim);
  volumes.write(at(FILE.workerDone), `${code}\n`);
  await sleep(process.clock, LOOK_MS);
  return code;
}

async function begin(shim: Shim): Promise<number | undefined> {
  shim.volumes.write(`${shim.exchange}/${FILE.workerStarted}`, 'now\n');
  return awaitFile(shim, FILE.settingsTaken);
}

/** The exit code when it is not to go on. */
async function awaitFile(shim: Shim, name: string): Promise<number | undefined> {
  const { volumes, exchange, process } = shim;
  const since = process.clock.monotonic();
  for (let looks = 0; volumes.read(`${exchange}/${name}`) === undefined; looks++) {
    if (isStopped(shim)) return EXIT.terminated;
    if (process.clock.monotonic() - since > PATIENCE_MS) {
      shim.lastWords(`The container launcher-grpc did not write ${name} after 300 seconds; nothing was run.`);
      return EXIT.unreachable;
    }
    await sleep(process.clock, looks < 5 ? SHORT_LOOK_MS : LOOK_MS, shim.terminating);
  }
  return isStopped(shim) ? EXIT.terminated : undefined;
}

const isStopped = ({ volumes, exchange, terminating }: Shim): boolean =>
  terminating.aborted || volumes.read(`${exchange}/${FILE.stop}`) !== undefined;

async function steps(shim: Shim): Promise<number> {
  const { volumes, exchange, script, observer } = shim;
  for (let step = 1; ; step++) {
    const command = volumes.read(`${exchange}/${FILE.command(step)}`);
    if (command === undefined) return 0;
    if (isStopped(shim)) return EXIT.terminated;
    volumes.write(`${exchange}/${FILE.started(step)}`, 'now\n');
    observer.begun();
    const wasStopped = await carryOut(shim, step);
    observer.ended();
    const isPlan = command.includes('-detailed-exitcode');
    const succeeds = script.failsAt === step ? 1 : isPlan && script.hasChanges ? CHANGES_EXIT_CODE : 0;
    const code = wasStopped ? EXIT.terminated : succeeds;
    if (!volumes.isFull(exchange)) volumes.write(`${exchange}/${FILE.exit(step)}`, `${code}\n`);
    if (code !== 0 && code !== CHANGES_EXIT_CODE) return code;
  }
}

/** Whether it was asked to end. */
async function carryOut({ process, volumes, exchange, script, terminating, observer }: Shim, step: number) {
  const { clock } = process;
  const output = `${exchange}/${FILE.output(step, 'stdout')}`;
  volumes.write(output, '');
  volumes.write(`${exchange}/${FILE.output(step, 'stderr')}`, '');
  const pauseMs = script.stepMs / script.linesPerStep;
  for (let line = 1; line <= script.linesPerStep; line++) {
    await sleep(clock, pauseMs, terminating);
    if (terminating.aborted || volumes.read(`${exchange}/${FILE.stop}`) !== undefined) {
      await sleep(clock, script.stopMs);
      return true;
    }
    const text = `step ${step} line ${line}`;
    if (volumes.isFull(exchange)) continue;
    volumes.append(output, `${text}\n`);
    observer.line(text);
  }
  return false;
}

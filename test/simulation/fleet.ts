import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Violation } from './invariants/violation';
import { addTally, newTally, type Tally } from './tally';

/** What a process is asked. */
export type Question =
  | { readonly ask: 'run'; readonly from: number; readonly count: number }
  | {
      readonly ask: 'explain';
      readonly seed: string;
      /** Numbers of the steps that are carried out. @default all */
      readonly keep?: readonly number[];
      /** Whether one that breaks something is made as short as it can be. */
      readonly shrinks: boolean;
    };

export interface Failure {
  readonly seed: string;
  readonly violation: Violation;
}

/** What it answers. */
export type Answer =
  | { readonly answer: 'ready' }
  | { readonly answer: 'tally'; readonly tally: Tally; readonly failure?: Failure }
  | { readonly answer: 'explained'; readonly text: string; readonly isBroken: boolean };

export interface FleetOptions {
  /** The program, as bundle.ts makes it. */
  readonly program: string;
  readonly workers: number;
  readonly from: number;
  readonly seeds: number;
  /** Told now and then. */
  readonly onProgress?: (tally: Tally) => void;
  readonly signal?: AbortSignal;
}

/** Schedules that a process is asked for at once. */
const BATCH = 20;

/** One process of the simulation. */
export class SimulationProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** @throws when it ends before it is ready */
  static async start(program: string): Promise<SimulationProcess> {
    const options = { execArgv: ['--enable-source-maps'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] as const };
    const child = fork(program, [], { ...options, stdio: [...options.stdio] });
    const process = new SimulationProcess(child);
    await process.next();
    return process;
  }

  ask(question: Question): Promise<Answer> {
    this.child.send(question);
    return this.next();
  }

  end(): void {
    this.child.kill();
  }

  private async next(): Promise<Answer> {
    const ended = new AbortController();
    const { signal } = ended;
    try {
      return await Promise.race([
        once(this.child, 'message', { signal }).then(([answer]) => answer as Answer),
        once(this.child, 'exit', { signal }).then(([code]) => {
          throw new Error(`a process of the simulation ended with ${String(code)}`);
        }),
      ]);
    } finally {
      ended.abort();
    }
  }
}

/** Carries out many schedules in several processes; ends at the first one that breaks something. */
export async function simulateMany(
  options: FleetOptions,
): Promise<{ readonly tally: Tally; readonly failure?: Failure }> {
  const { program, workers, from, seeds, onProgress, signal } = options;
  const tally = newTally();
  let next = from;
  let failure: Failure | undefined;
  const isOver = (): boolean => failure !== undefined || signal?.aborted === true || next >= from + seeds;
  const work = async (): Promise<void> => {
    const process = await SimulationProcess.start(program);
    try {
      while (!isOver()) {
        const count = Math.min(BATCH, from + seeds - next);
        const question = { ask: 'run', from: next, count } as const;
        next += count;
        const answer = await process.ask(question);
        if (answer.answer !== 'tally') continue;
        addTally(tally, answer.tally);
        failure ??= answer.failure;
        onProgress?.(tally);
      }
    } finally {
      process.end();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { tally, ...(failure && { failure }) };
}

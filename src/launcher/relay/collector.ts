import type { Clock } from '../../time';
import type { LogStream } from '../../protocol/messages';
import type { RelayRun } from '../exchange';
import type { AttemptSpans } from '../attempt-spans';
import { FILE, openOrdinary, readSmall } from '../exchange';
import { cutPiece, LINE_FEED, PIECE } from './cut';
import type { Journal } from './journal';
import type { Mask } from './mask';
import { succeeded } from './outcome';
import type { StepResult } from './outcome';

export interface CollectorOptions {
  readonly exchange: string;
  readonly run: RelayRun;
  readonly journal: Journal;
  readonly mask: Mask;
  readonly clock: Clock;
  readonly spans: AttemptSpans;
  /** Whether each step's command is shown before its output. */
  readonly debug: boolean;
}

/** Gives numbers to what the steps write. One `collect` at a time. */
export class Collector {
  private readonly stepResults: StepResult[] = [];
  private readonly sizes = new Map<string, number>();
  /** When the step that runs now was first seen; undefined for one that an earlier process of ours has seen. */
  private stepSince: number | undefined;

  constructor(private readonly options: CollectorOptions) {}

  get results(): readonly StepResult[] {
    return this.stepResults;
  }

  /** Bytes that the steps have written, whether or not they make a line yet. */
  get written(): number {
    return [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** The step that runs now; '' before the first and after the last. */
  async currentStep(): Promise<string> {
    const number = this.stepResults.length + 1;
    const step = this.options.run.steps[number - 1];
    if (step === undefined) return '';
    return (await readSmall(this.options.exchange, FILE.started(number))) === undefined ? '' : step.name;
  }

  /**
   * Numbers everything that is there by now, in the order of the steps.
   *
   * @param workerEnded nothing can follow: an unfinished line is a line, and a step without exit code has none.
   * @returns whether there was anything new.
   */
  async collect(workerEnded: boolean): Promise<boolean> {
    const { run, exchange, journal, debug, mask } = this.options;
    let grew = false;
    for (;;) {
      const number = this.stepResults.length + 1;
      const step = run.steps[number - 1];
      if (step === undefined) return grew;
      if ((await readSmall(exchange, FILE.started(number))) === undefined) return grew;
      if (!journal.said(FILE.started(number))) {
        const command = debug ? `\n${mask.text(Buffer.from(step.command))}` : '';
        this.stepSince = this.options.clock.now();
        await this.say(FILE.started(number), `Step ${step.name}${command}`, step.name);
        grew = true;
      }
      // The exit code first: what is written after it is read belongs to no step any more.
      const exit = await readSmall(exchange, FILE.exit(number));
      const final = exit !== undefined || workerEnded;
      if (await this.drain(number, step.name, 'stdout', final)) grew = true;
      if (await this.drain(number, step.name, 'stderr', final)) grew = true;
      if (exit === undefined) return grew;
      const result = { step, exitCode: exitCode(exit), outOfMemory: await this.outOfMemory(number) };
      this.stepResults.push(result);
      this.tellOver(result);
      grew = true;
      if (!succeeded(result)) return grew;
    }
  }

  private tellOver(result: StepResult): void {
    const { spans, clock } = this.options;
    const { step, exitCode } = result;
    const startedAt = this.stepSince;
    this.stepSince = undefined;
    if (startedAt === undefined) return;
    const error = succeeded(result) ? undefined : 'UserFailed';
    const attributes = { 'process.exit.code': exitCode };
    spans.record({ name: `step ${step.name}`, startedAt, endedAt: clock.now(), attributes, error });
  }

  /** Adds a line of the relay's own, once for each mark. */
  async say(mark: string, text: string, step = ''): Promise<void> {
    const { journal, clock } = this.options;
    if (journal.said(mark)) return;
    await journal.append({ time: clock.now(), stream: 'system', step, text: `${text}\n`, mark });
  }

  private async outOfMemory(number: number): Promise<boolean | undefined> {
    const said = await readSmall(this.options.exchange, FILE.outOfMemory(number));
    return said === undefined ? undefined : said === 'yes';
  }

  private async drain(
    number: number,
    step: string,
    stream: Exclude<LogStream, 'system'>,
    final: boolean,
  ): Promise<boolean> {
    const { exchange, journal, mask, clock } = this.options;
    const file = FILE.output(number, stream);
    const handle = await openOrdinary(exchange, file);
    if (handle === undefined) {
      if (journal.consumed(file) > 0) await this.gap(file, step);
      return false;
    }
    let grew = false;
    const window = Buffer.allocUnsafe(PIECE + mask.reach + 1);
    try {
      for (;;) {
        const offset = journal.consumed(file);
        const { size } = await handle.stat();
        this.sizes.set(file, size);
        if (size < offset) {
          await this.gap(file, step);
          return grew;
        }
        const { bytesRead } = await handle.read(window, 0, window.length, offset);
        // A full window is not the end of the file, even when the step has ended.
        const length = cutPiece(window.subarray(0, bytesRead), final && bytesRead < window.length, mask);
        if (length === 0) return grew;
        const unfinished = window[length - 1] !== LINE_FEED;
        await journal.append({
          time: clock.now(),
          stream,
          step,
          file,
          offset,
          length,
          ...(unfinished && { unfinished }),
        });
        grew = true;
      }
    } finally {
      await handle.close();
    }
  }

  /** A step can remove or shorten its own output file; what was in it cannot be had back. */
  private async gap(file: string, step: string): Promise<void> {
    await this.say(`gap ${file}`, `[some output is missing here: the step removed or shortened ${file}]`, step);
  }
}

function exitCode(text: string): number {
  const code = Number(text);
  return Number.isInteger(code) && code >= 0 && code <= 255 ? code : 255;
}

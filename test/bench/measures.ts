import { arch, cpus, platform, totalmem } from 'node:os';
import { table } from '../../src/cli/api/output';

export interface Machine {
  readonly platform: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
}

/** The one that this runs on. */
export const thisMachine = (): Machine => ({
  platform: `${platform()} ${arch()}`,
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
});

export const machineLine = ({ cores, cpu, memoryGiB, platform, node }: Machine): string =>
  `${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, Node ${node}`;

/** One row of the table. */
export interface Measure {
  readonly name: string;
  readonly figure: string;
  /** The figure that a target speaks of. */
  readonly value: number;
  /** The most that is wanted; absent: only told. */
  readonly atMost?: number;
  /** Whether the bench fails above that. */
  readonly isAsserted?: boolean;
  /** What the figure was made of. */
  readonly from: string;
}

export function ratio(name: string, value: number, atMost: number, from: string): Measure {
  return { name, value, figure: value.toFixed(2), atMost, from };
}

type Target = Pick<Measure, 'atMost' | 'isAsserted'> & { readonly from?: string };

export function memory(name: string, value: number, { from = '', ...target }: Target = {}): Measure {
  return { name, value, figure: `${value.toFixed(0)} MiB`, ...target, from };
}

/** The table that people read; the same at a terminal and in a file. */
export function measureTable(measures: readonly Measure[]): string {
  const rows = measures.map((measure) => [
    measure.name,
    measure.figure,
    measure.atMost === undefined ? '' : `at most ${measure.atMost}${measure.isAsserted ? ', asserted' : ''}`,
    verdict(measure),
    measure.from,
  ]);
  return table([['measure', 'figure', 'target', '', 'from'], ...rows]);
}

/** Whether every target is met, and which is not. */
export function targetSentence(measures: readonly Measure[]): string {
  const missed = measures.filter((measure) => verdict(measure) === 'NOT MET');
  if (missed.length === 0) return 'Every target is met.';
  return `Not met: ${missed.map(({ name, figure, atMost }) => `${name} (${figure}, target ${atMost})`).join('; ')}.`;
}

/** Whether the bench is to fail. */
export const missesAsserted = (measures: readonly Measure[]): boolean =>
  measures.some((measure) => measure.isAsserted === true && verdict(measure) === 'NOT MET');

function verdict({ value, atMost }: Measure): string {
  if (atMost === undefined) return '';
  return value <= atMost ? 'met' : 'NOT MET';
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The value that so many percent are not above; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}

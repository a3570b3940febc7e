import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../src/local-cluster/exec';
import { median } from './measures';

/** Times of `cdk8s synth`, each in a process of its own. */
export interface SynthReport {
  /** Milliseconds of every round with an app that has one chart and nothing in it. */
  readonly empty: readonly number[];
  /** Milliseconds of every round with the app of cdk8s.yaml. */
  readonly whole: readonly number[];
  /** Median of the whole app beside that of the empty one. */
  readonly ratio: number;
  readonly target: number;
  /** Files that the whole app wrote. */
  readonly files: number;
}

/** The whole app may take this many times as long as an empty one. */
export const TARGET = 1.5;

/** What `cdk8s init typescript-app` writes as main.ts, without its comment. */
const EMPTY_APP = `import { Construct } from 'constructs';
import { App, Chart, ChartProps } from 'cdk8s';

export class MyChart extends Chart {
  constructor(scope: Construct, id: string, props: ChartProps = {}) {
    super(scope, id, props);
  }
}

const app = new App();
new MyChart(app, 'empty');
app.synth();
`;

/**
 * Times `cdk8s synth` of an empty app and of ours in turn; which of the two begins a round changes, so that neither
 * always has the warmer machine. Both are compiled and run by the program that cdk8s.yaml names.
 *
 * @param onRound called with the number of each finished round
 */
export async function benchSynth(rounds: number, onRound: (round: number) => void): Promise<SynthReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'worker-pools-bench-synth-'));
  const output = join(scratch, 'synth');
  try {
    const emptyApp = writeEmptyApp(join(scratch, 'empty'));
    const time = (folder: string): Promise<number> => timeSynth(folder, output);
    // Once unmeasured, so that the files of node_modules are in memory for all the rounds.
    await time(emptyApp);
    await time('.');
    const files = readdirSync(output).length;
    const [empty, whole]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      if (round % 2 === 0) empty.push(await time(emptyApp));
      whole.push(await time('.'));
      if (round % 2 === 1) empty.push(await time(emptyApp));
      onRound(round + 1);
    }
    return { empty, whole, ratio: median(whole) / median(empty), target: TARGET, files };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function writeEmptyApp(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'main.ts'), EMPTY_APP);
  writeFileSync(
    join(folder, 'cdk8s.yaml'),
    `language: typescript\napp: node ${resolve('src/cli/run-app.mjs')} main.ts\n`,
  );
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

async function timeSynth(folder: string, output: string): Promise<number> {
  rmSync(output, { recursive: true, force: true });
  const started = performance.now();
  await run(resolve('node_modules/.bin/cdk8s'), ['synth', '--no-check-upgrade', '--output', output], { cwd: folder });
  return performance.now() - started;
}

/** The report as people read it. */
export function synthReportAsText(report: SynthReport): string {
  const { empty, whole, ratio, target, files } = report;
  const times = (values: readonly number[]): string => values.map((value) => (value / 1000).toFixed(2)).join(' ');
  return [
    `cold cdk8s synth, median of ${whole.length} rounds`,
    `an empty app     ${seconds(median(empty))}   (${times(empty)})`,
    `this app         ${seconds(median(whole))}   (${times(whole)}), ${files} files`,
    `ratio            ${ratio.toFixed(2)}     at most ${target}: ${meetsTarget(report) ? 'met' : 'NOT MET'}`,
    '',
  ].join('\n');
}

export const meetsTarget = ({ ratio, target }: Pick<SynthReport, 'ratio' | 'target'>): boolean => ratio <= target;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

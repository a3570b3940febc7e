import { fork } from 'node:child_process';
import { Argument } from 'commander';
import { PARSERS } from '../../../test/fuzz/parsers';
import type { Tried } from '../../../test/fuzz/support/one-parser.program';
import { paint } from '../api/output';
import { wholeNumber } from '../options';
import { npmScript } from '../npm-script';

const PROGRAM = 'test/fuzz/support/one-parser.program.ts';
/** How long a parser may take beyond the time that its inputs have: for the start, what grows, and one last input. */
const BEYOND_MS = 120_000;

const NOTHING: Tried = { inputs: 0, refused: 0, slowestMs: 0, growth: undefined, failure: undefined };

const HEAD = ['', 'parser', 'inputs', 'refused', 'slowest', 'growth', 'of'];

interface Options {
  readonly minutes: number;
  readonly seed: number;
}

/** `npm run fuzz`: every parser that meets the outside gets inputs of any kind; one after the other, each in a process of its own. */
npmScript('npm run fuzz', (program) =>
  program
    .description(
      'Give parsers inputs of any kind for a while; exits with 1 when one of them crashed, hung, or took too long.',
    )
    .addArgument(new Argument('[name...]', 'a part of the name of a parser; all of them where none is named'))
    .option('--minutes <n>', 'for all of them together, beside what measuring takes', wholeNumber(1, 10_000), 10)
    .option('--seed <n>', 'to look at the same inputs again', wholeNumber(0, 2 ** 31 - 1), Date.now() % 2 ** 30)
    .action(async (names: readonly string[], { minutes, seed }: Options) => {
      const chosen = PARSERS.map(({ name }) => name).filter(
        (name) => names.length === 0 || names.some((part) => name.includes(part)),
      );
      if (chosen.length === 0)
        throw new Error(`no parser is called so; there are: ${PARSERS.map(({ name }) => name).join(', ')}`);
      const eachMs = Math.round((minutes * 60_000) / chosen.length);
      say(`seed ${seed}, ${(eachMs / 1000).toFixed(0)} s for each of ${chosen.length} parsers`);
      const results: (readonly [string, Tried])[] = [];
      for (const name of chosen) {
        const tried = await tryOne(name, seed, eachMs);
        results.push([name, tried]);
        say(row(name, tried));
        if (tried.failure !== undefined) say(tried.failure);
      }
      const failed = results.filter(([, { failure }]) => failure !== undefined);
      say(
        `\n${table(results)}\n\n${results.length - failed.length} parsers passed, ${failed.length} failed; seed ${seed}`,
      );
      if (failed.length > 0) process.exitCode = 1;
    }),
);

/** In a process of its own, since one that hangs can be ended from outside alone. */
function tryOne(name: string, seed: number, forMs: number): Promise<Tried> {
  return new Promise((resolve) => {
    let tried: Tried = { ...NOTHING, failure: 'it ended without a word' };
    const child = fork(PROGRAM, [name, String(seed), String(forMs)], { execArgv: ['--import', 'tsx'] });
    const timer = setTimeout(() => {
      tried = {
        ...NOTHING,
        failure: `it hung: an input of seed ${seed} or later took more than ${BEYOND_MS / 1000} s`,
      };
      child.kill('SIGKILL');
    }, forMs + BEYOND_MS);
    child.once('message', (told: Tried) => (tried = told));
    child.once('exit', () => {
      clearTimeout(timer);
      resolve(tried);
    });
  });
}

function cells(name: string, { inputs, refused, slowestMs, growth, failure }: Tried): string[] {
  const share = inputs === 0 ? '' : `${((100 * refused) / inputs).toFixed(0)} %`;
  const exponent = growth?.exponent === undefined ? '' : `n^${growth.exponent.toFixed(2)}`;
  const state = failure === undefined ? 'passed' : 'failed';
  return [
    state,
    name,
    String(inputs),
    share,
    `${slowestMs.toFixed(1)} ms`,
    exponent,
    exponent === '' ? '' : growth!.title,
  ];
}

const row = (name: string, tried: Tried): string => cells(name, tried).join('  ');

function table(results: readonly (readonly [string, Tried])[]): string {
  const rows = [HEAD, ...results.map(([name, tried]) => cells(name, tried))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((one) => one[column]!.length)));
  const line = (one: readonly string[]) =>
    one
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return rows
    .map((one, at) => (at === 0 ? line(one) : paint(one[0] === 'failed' ? 'bad' : 'good', line(one))))
    .join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

import * as fc from 'fast-check';
import { PARSERS } from '../parsers';
import { growthOf, type Growth } from './growth';
import type { Parser } from './parser';

/** What became of one parser; told to whoever has started this program. */
export interface Tried {
  readonly inputs: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** Of the input that takes the longest. */
  readonly growth: (Growth & { readonly title: string }) | undefined;
  /** What is wrong, with the input and the seed. */
  readonly failure: string | undefined;
}

void (async () => {
  const [name, seed = '0', forMs = '1000'] = process.argv.slice(2);
  const parser = PARSERS.find((one) => one.name === name);
  if (!parser) throw new Error(`there is no parser ${name}`);
  process.send?.(await tried(parser, Number(seed), Number(forMs)));
  process.disconnect?.();
})();

async function tried(parser: Parser, seed: number, forMs: number): Promise<Tried> {
  let [inputs, refused, slowestMs] = [0, 0, 0];
  const property = fc.asyncProperty(parser.given, async (given) => {
    const before = performance.now();
    const became = await parser.tries(given);
    slowestMs = Math.max(slowestMs, performance.now() - before);
    inputs += 1;
    if (became === 'refused') refused += 1;
  });
  let failure: string | undefined;
  const endsAt = performance.now() + forMs;
  // In rounds, so that the seed of a failure is soon found again, and nothing of what was tried is kept.
  for (let round = 0; failure === undefined && performance.now() < endsAt; round += 1) {
    const leftMs = Math.max(1, endsAt - performance.now());
    const limits = { numRuns: 2_000, interruptAfterTimeLimit: leftMs };
    const details = await fc.check(property, { seed: seed + round, ...limits });
    if (details.failed && !details.interrupted) failure = fc.defaultReportMessage(details);
  }
  let growth: Tried['growth'];
  for (const growing of parser.growing) {
    const found = await growthOf(parser, growing);
    if (found.longMs > (growth?.longMs ?? -1)) growth = { ...found, title: growing.title };
    if (found.isLinear) continue;
    const timesAsLong = (found.longMs / found.shortMs).toFixed(1);
    failure ??= `of ${growing.title}, four times as much takes ${timesAsLong} times as long`;
  }
  return { inputs, refused, slowestMs, growth, failure };
}

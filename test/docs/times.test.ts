import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000 };

/** The rows of "What ends it otherwise". */
const [, section = ''] = readFileSync('docs/architecture.md', 'utf8').split('### What ends it otherwise');
const rows = section
  .split('\n\n')[1]!
  .split('\n')
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  .map(([, who = '', time = '', , constant = '', file = '']) => ({ who, time, constant, file }));

/** What the constant holds, in milliseconds: `NAME`, `NAME.field`, or a variable of a shell script. */
async function valueOf(constant: string, file: string): Promise<number> {
  const inMs = /ms$/i.test(constant);
  const value = file.endsWith('.sh')
    ? Number(new RegExp(`^${constant}=(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1])
    : constant
        .split('.')
        .reduce<unknown>((from, name) => (from as Record<string, unknown>)[name], await import(resolve(file)));
  return Number(value) * (inMs ? 1 : 1_000);
}

describe('the times after which a run ends otherwise, as architecture.md has them', () => {
  const timed = rows.filter(({ time }) => /\d/.test(time));

  it('are found', () => expect(timed.length).toBeGreaterThan(15));

  it.each(timed)('$who: $time is $constant of $file', async ({ time, constant, file }) => {
    const [, figure, unit = ''] = /(\d+) (s|min|h)\b/.exec(time) ?? [];
    expect(await valueOf(constant, file)).toBe(Number(figure) * (UNIT_MS[unit] ?? NaN));
  });

  it.each(rows.filter(({ time }) => !/\d/.test(time)))('$who: $file is there', ({ constant, file }) => {
    expect(constant).toBe('');
    expect(readFileSync(file, 'utf8')).not.toBe('');
  });
});

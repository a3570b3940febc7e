import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLines } from '../../../src/controller/runtime/watch-stream';

async function linesOf(chunks: Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(streamOf(chunks))) lines.push(line);
  return lines;
}

async function* streamOf(chunks: Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Cuts at the given places, given as shares of the whole. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

describe('lines of a stream', () => {
  test('are the same however the bytes are cut, within characters too', async () => {
    const line = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\n'));
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(share), async (lines, places) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const wanted = lines.map((text) => Buffer.from(text).toString());
        expect(await linesOf(cut(bytes, places))).toEqual(wanted);
      }),
    );
  });

  test('that break off are an error, after the whole ones', async () => {
    const seen: string[] = [];
    const read = async () => {
      for await (const line of readLines(streamOf([Buffer.from('one\ntw')]))) seen.push(line);
    };
    await expect(read()).rejects.toThrow('ended within a line, after 2 bytes');
    expect(seen).toEqual(['one']);
  });
});

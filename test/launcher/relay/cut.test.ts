import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { cutPiece, PIECE } from '../../../src/launcher/relay/cut';
import { Mask } from '../../../src/launcher/relay/mask';

const none = new Mask([]);

/** Cuts output as the relay does, given that it sees it in windows. */
function pieces(output: Buffer, mask: Mask): Buffer[] {
  const cut: Buffer[] = [];
  for (let offset = 0; ;) {
    const window = output.subarray(offset, offset + PIECE + mask.reach + 1);
    const length = cutPiece(window, offset + window.length === output.length, mask);
    if (length === 0) return cut;
    cut.push(window.subarray(0, length));
    offset += length;
  }
}

test.each([
  ['whole lines only, while more may follow', 'one\ntwo\nthr', false, 'one\ntwo\n'],
  ['nothing of an unfinished line', 'thr', false, ''],
  ['an unfinished line at the end', 'thr', true, 'thr'],
  ['nothing of nothing', '', true, ''],
])('an entry has %s', (_case, bytes, final, taken) => {
  expect(cutPiece(Buffer.from(bytes), final, none)).toBe(taken.length);
});

test('a line longer than an entry is cut between characters', () => {
  const output = Buffer.from(`x${'é'.repeat(PIECE)}\n`);
  const texts = pieces(output, none).map((piece) => piece.toString('utf8'));
  expect(texts.join('')).toBe(output.toString('utf8'));
  expect(texts.join('')).not.toContain('\ufffd');
});

describe('whatever the output and the values to hide', () => {
  // Begins and ends as nothing else does, so that what is hidden and what is not cannot make a value together.
  const secret = fc
    .string({ minLength: 1, maxLength: 40, unit: fc.constantFrom('a', 'b', 'é', '*', ' ') })
    .map((text) => `<${text}>`);

  test('every byte is in exactly one entry, and no value is in any', () => {
    fc.assert(
      fc.property(
        secret,
        fc.integer({ min: PIECE - 120, max: PIECE + 40 }),
        fc.array(fc.constantFrom('value', 'x', 'lines\n'), { maxLength: 8 }),
        (value, before, after) => {
          const tail = after.map((part) => (part === 'value' ? value : part)).join('');
          const output = Buffer.from(`${'x'.repeat(before)}${value}${tail}${'y'.repeat(PIECE)}`);
          const mask = new Mask([value]);
          const cut = pieces(output, mask);
          expect(Buffer.concat(cut).equals(output)).toBe(true);
          const shown = cut.map((piece) => mask.text(piece)).join('');
          expect(shown).not.toContain(value);
        },
      ),
      { numRuns: 200 },
    );
  });
});

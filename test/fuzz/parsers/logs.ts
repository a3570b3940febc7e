import * as fc from 'fast-check';
import { KeptJson } from '../../../src/launcher/relay/kept-json';
import { cutPiece, PIECE } from '../../../src/launcher/relay/cut';
import { Mask } from '../../../src/launcher/relay/mask';
import { VisibleText, visibleLines, visibleName } from '../../../src/text/visible';
import { parser, type Parser } from '../support/parser';
import { nearly, nearlyBytes, times } from '../support/nearly';

const COLOURED = '\u001b[31mred\u001b[0m and \u001b[1;38;5;8mgrey\u001b[m \u001b]8;;https://x\u0007link\r\n\u001b[2J';
const PLAN = Buffer.from(
  '{"resource_changes":[{"address":"a.b","change":{"actions":["create"],"after":{"x":"\\u00e9"}}}],"x":[1,null]}',
);

/** What a terminal acts upon. */
const ACTED_UPON = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

export const LOGS: readonly Parser[] = [
  parser({
    name: 'text for a terminal',
    given: nearly(COLOURED, 'plain', '\u009b2J', '\u202etxt.exe'),
    parse: (text) => {
      const stream = new VisibleText('kept');
      const cut = Math.floor(text.length / 2);
      return [
        visibleLines(text),
        visibleName(text),
        stream.write(text.slice(0, cut)) + stream.write(text.slice(cut)) + stream.end(),
      ];
    },
    check: (shown, text) => {
      const [lines, name, stream] = shown as [string, string, string];
      if (ACTED_UPON.test(lines) || ACTED_UPON.test(name) || name.includes('\n'))
        throw new Error('a terminal acts upon it');
      if (stream !== visibleLines(text, 'kept')) throw new Error('a stream shows something else');
    },
    growing: [
      { title: 'escape sequences', of: (length) => times('\u001b[', length), from: 16_000 },
      { title: 'long escape sequences', of: (length) => `\u001b[${times('1;', length)}` },
      { title: 'colours', of: (length) => times('\u001b[3', length), from: 16_000 },
    ],
  }),
  parser({
    name: 'frames of a log',
    given: fc.tuple(
      nearlyBytes(Buffer.from(`${COLOURED}\nsecret value\n`), Buffer.from(times('x', PIECE + 10))),
      fc.array(nearly('secret', 'a\nb c\n'), { maxLength: 3 }),
      fc.boolean(),
    ),
    parse: ([bytes, secrets, final]) => {
      const mask = new Mask(secrets);
      const taken = cutPiece(bytes, final, mask);
      return [taken, mask.text(bytes.subarray(0, taken))];
    },
    check: (result, [bytes]) => {
      const [taken] = result as [number, string];
      if (!(taken >= 0 && taken <= bytes.length)) throw new Error(`${taken} bytes of ${bytes.length} are taken`);
    },
    growing: [
      {
        title: 'a line',
        of: (length) => [Buffer.from(times('x', length)), ['secret'], true] as [Buffer, string[], boolean],
      },
      {
        title: 'nearly a value',
        of: (length) =>
          [Buffer.from(times('aaaa', length)), [times('aaaa', 4000) + 'b'], true] as [Buffer, string[], boolean],
        from: 16_000,
      },
    ],
  }),
  parser({
    name: 'JSON of a plan as it passes',
    given: nearlyBytes(PLAN),
    parse: (bytes) => {
      let entries = 0;
      const kept = new KeptJson(
        { members: { resource_changes: { each: { members: { address: 'text', change: 'json' } } } } },
        () => (entries += 1),
      );
      kept.add(bytes.subarray(0, 11));
      kept.add(bytes.subarray(11));
      return [kept.isWhole, entries];
    },
    growing: [
      { title: 'brackets', of: (length) => Buffer.from(`{"resource_changes":${times('[', length)}`) },
      { title: 'a text', of: (length) => Buffer.from(`{"resource_changes":[{"address":"${times('\\\\', length)}`) },
      { title: 'entries', of: (length) => Buffer.from(`{"resource_changes":[${times('{"address":"a"},', length)}`) },
    ],
  }),
];

import { describe, expect, test } from '@jest/globals';
import { hiddenParts, Mask } from '../../../src/launcher/relay/mask';

const shownWith = (values: readonly string[], text: string): string => new Mask(values).text(Buffer.from(text));

describe('a mask', () => {
  test.each([
    { values: ['secret'], text: 'a secret, secret!', shown: 'a ***, ***!' },
    { values: ['pass', 'password'], text: 'password pass', shown: '*** ***' },
    { values: ['{\nlong line\nx\n}'], text: '{ long line }', shown: '{ *** }' },
    { values: ['', 'ébé'], text: 'cafébé', shown: 'caf***' },
    { values: [' a b '], text: '( a b )(a b)', shown: '(***)(***)' },
    { values: ['pa"ss'], text: 'password = "pa\\"ss"', shown: 'password = "***"' },
    { values: [], text: 'plain', shown: 'plain' },
  ])('of $values shows $shown', ({ values, text, shown }) => {
    expect(shownWith(values, text)).toBe(shown);
  });

  test.each([
    ['with CRLF', 'Tr0ub4dor-one\r\nTr0ub4dor-two\r\n', ['Tr0ub4dor-one', 'Tr0ub4dor-two']],
    ['with a line end at its end', 'Tr0ub4dor-three\r\n', ['Tr0ub4dor-three']],
    ['with old line ends', 'Tr0ub4dor-one\rTr0ub4dor-two', ['Tr0ub4dor-one', 'Tr0ub4dor-two']],
    ['of one short line with a line end', 'q7Z\n', ['q7Z']],
    ['of indented lines', '{\r\n  "key": "Tr0ub4dor-four"\r\n}\r\n', ['Tr0ub4dor-four']],
  ])('hides every line of a value %s, however tools print it', (_case, value, secrets) => {
    const printed = [
      value,
      value.replaceAll('\r', ''),
      value.replaceAll(/[\r\n]/g, ''),
      ...value.split(/\s*[\r\n]\s*/),
    ];
    for (const text of printed) {
      for (const secret of secrets) expect(shownWith([value], text)).not.toContain(secret);
    }
  });

  test('leaves ordinary words legible when a value is one letter', () => {
    expect(shownWith(['e', 'ok\n'], 'seventeen ok trees')).toBe('seventeen ok trees');
  });
});

test.each([
  ['q7Z', false],
  ['q7Z\n', false],
  ['e', true],
  ['ok\n', true],
  ['{\n  "key": "long"\n}', false],
  ['long line\nabc\n', true],
])('whether some of %j is too short to be hidden: %s', (value, isTooShort) => {
  expect(hiddenParts(value).isTooShort).toBe(isTooShort);
});

import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { KeptJson, type Kept, type KeptValue } from '../../../src/launcher/relay/kept-json';

const DOCUMENT: Kept & object = {
  members: {
    list: {
      each: { members: { name: 'text', there: 'presence', all: { each: 'text' }, in: { members: { a: 'text' } } } },
    },
    map: { each: { members: { name: 'text' } } },
  },
};

type Entry = readonly [member: string, name: string, value: unknown];

/** What is kept of a text, whose bytes come so many at once. */
function read(text: string | Buffer, atOnce = 7): { entries: Entry[]; isWhole: boolean } {
  const entries: Entry[] = [];
  // As ordinary objects.
  const plain = (value: KeptValue): unknown => JSON.parse(JSON.stringify(value));
  const json = new KeptJson(DOCUMENT, (member, name, value) => entries.push([member, name, plain(value)]));
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += atOnce) json.add(bytes.subarray(at, at + atOnce));
  return { entries, isWhole: json.isWhole };
}

describe('a document of JSON', () => {
  test.each<[string, unknown, readonly Entry[]]>([
    ['nothing that was asked for', { other: [{ name: 'a' }], list: 3, map: 'text' }, []],
    ['a text', { list: [{ name: 'a', secret: 's' }] }, [['list', '', { name: 'a' }]]],
    ['texts in a list', { list: [{ all: ['a', 'b', ['c'], { d: 1 }] }] }, [['list', '', { all: ['a', 'b'] }]]],
    ['an object where a text should be', { list: [{ name: { name: 'a' } }] }, [['list', '', {}]]],
    ['a text where an object should be', { list: ['a', { in: 'b' }, 7] }, [['list', '', {}]]],
    ['members of an object by name', { map: { 'a"b\\': { name: 'x' }, c: null } }, [['map', 'a"b\\', { name: 'x' }]]],
    [
      'that something is there',
      { list: [{ there: { id: 'i' } }, { there: 'i' }] },
      [
        ['list', '', { there: true }],
        ['list', '', { there: true }],
      ],
    ],
    ['that nothing is there', { list: [{ there: null }] }, [['list', '', { there: null }]]],
    [
      'what is in an object',
      { list: [{ in: { b: ['{'], a: 'x' }, name: 'n' }] },
      [['list', '', { in: { a: 'x' }, name: 'n' }]],
    ],
    [
      'names that objects have',
      { list: [{ constructor: 'a', toString: 'b', ['__proto__']: { name: 'x' } }] },
      [['list', '', {}]],
    ],
  ])('with %s', (_, document, entries) => {
    for (const space of [0, 2]) {
      expect(read(JSON.stringify(document, undefined, space))).toEqual({ entries, isWhole: true });
    }
  });

  test('gives texts as they are, wherever the pieces are cut', () => {
    const value = fc.record({ list: fc.array(fc.record({ name: fc.string({ unit: 'binary' }), other: fc.json() })) });
    const property = fc.property(value, fc.integer({ min: 1, max: 9 }), (document, atOnce) => {
      const entries = document.list.map(({ name }) => ['list', '', { name }]);
      expect(read(JSON.stringify(document), atOnce)).toEqual({ entries, isWhole: true });
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('may be of any depth and have texts of any length, of which the beginning is kept', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const long = 'a'.repeat(3_000_000);
    const { entries, isWhole } = read(`{"x":${deep},"list":[{"name":"${long}","other":"${long}"}]}`, 65_536);
    expect([isWhole, entries]).toEqual([true, [['list', '', { name: `${'a'.repeat(8192)}…` }]]]);
  });

  test.each(['\\\\', '\\u00e9', '\\n'])('may have a text that is cut in the midst of %s', (escape) => {
    for (const before of [8187, 8188, 8189, 8190, 8191]) {
      const { entries, isWhole } = read(`{"list":[{"name":"${'a'.repeat(before)}${escape.repeat(9)}"}]}`, 65_536);
      expect([isWhole, entries.length]).toEqual([true, 1]);
      expect(JSON.stringify(entries)).toContain('…');
    }
  });

  test.each(['', '  ', '{', '{"list":[', '{"list":[{"name":"a', '{}{}', '[]', 'null', '{} x', '{"a":"\\u00zz"}x'])(
    'is not whole: %j',
    (text) => expect(read(text).isWhole).toBe(false),
  );

  test('of bytes that are no JSON at all gives something, and ends', () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some));
    const signs = fc
      .string({ unit: fc.constantFrom(...'{}[]",:\\ab1 '), maxLength: 200 })
      .map((some) => Buffer.from(some));
    fc.assert(
      fc.property(fc.oneof(bytes, signs), (some) => void read(some)),
      { numRuns: 1000 },
    );
  });
});

describe('values that are kept as the JSON that they are', () => {
  const values = (text: string, atOnce = 7): unknown => {
    const all: unknown[] = [];
    const json = new KeptJson({ each: { members: { value: 'json' } } }, (_, name, value) => {
      all.push([name, (value as { value?: KeptValue }).value]);
    });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += atOnce) json.add(bytes.subarray(at, at + atOnce));
    return json.isWhole ? all : 'not whole';
  };

  test.each([
    ['{"a":{"value": 1.50e9 }}', [['a', '1.50e9']]],
    [
      '{"a":{"value":null,"b":[1]},"c":{"value":true}}',
      [
        ['a', 'null'],
        ['c', 'true'],
      ],
    ],
    ['{"a":{"value": [ 1, { "b c" : " d \\" " } ] }}', [['a', '[1,{"b c":" d \\" "}]']]],
    [
      '{"a":{"value":"x"},"b":7,"c":{}}',
      [
        ['a', '"x"'],
        ['c', undefined],
      ],
    ],
    ['{"a":{"value":[1,]}}', 'not whole'],
    ['{"a":{"value":nil}}', 'not whole'],
    ['{"a":{"value":"\\x"}}', 'not whole'],
    ['{"a":{"value":[1', 'not whole'],
    ['nothing', 'not whole'],
    ['', 'not whole'],
  ])('%s', (text, wanted) => expect(values(text)).toEqual(wanted));

  test('mean what they meant, wherever the pieces are cut, and long ones are left out', () => {
    const property = fc.property(fc.json(), fc.integer({ min: 1, max: 9 }), (value, atOnce) => {
      const [entry] = values(`{"a":{"value":${JSON.stringify(JSON.parse(value), undefined, 2)}}}`, atOnce) as [
        string,
        string,
      ][];
      expect(JSON.parse(entry![1])).toEqual(JSON.parse(value));
    });
    fc.assert(property, { numRuns: 100 });
    expect(values(JSON.stringify({ a: { value: 'x'.repeat(70_000) }, b: { value: 1 } }), 1000)).toEqual([
      ['a', false],
      ['b', '1'],
    ]);
  });
});

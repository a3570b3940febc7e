import * as fc from 'fast-check';

/** Characters that mean something to one parser or another, and ends of what parsers count. */
const SIGNS = [
  ...['', ' ', '\t', '\n', '\r\n', '\0', '\u001b[', '\u202e', '\ud800', '\ufeff', 'é', '🚀', '\u2028'],
  ...[
    '"',
    "'",
    '`',
    '\\',
    '/',
    '//',
    '..',
    '../',
    '.',
    ':',
    '::',
    ';',
    ',',
    '=',
    '==',
    '?',
    '#',
    '@',
    '%',
    '%00',
    '%2e',
  ],
  ...['{', '}', '[', ']', '(', ')', '<', '>', '*', '**', '+', '-', '--', '!', '&', '|', '^', '$', '${', '$('],
  ...['0', '-1', '1e309', '9007199254740993', '4294967296', 'NaN', 'null', 'true', '__proto__', 'constructor'],
];

/** Texts of any kind, most of them made of parts that the examples have. */
export function nearly(...examples: readonly string[]): fc.Arbitrary<string> {
  const parts = [...new Set(examples.flatMap((example) => example.split(/(?<=\W)|(?=\W)/)))].slice(0, 500);
  const part = fc.oneof(
    fc.constantFrom(...SIGNS),
    fc.constantFrom(...parts, 'x'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const spoiled = fc
    .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(), fc.nat(12), part), { maxLength: 4 }))
    .map(([example, changes]) =>
      changes.reduce((text, [at, length, put]) => {
        const from = at % (text.length + 1);
        return text.slice(0, from) + put + text.slice(from + length);
      }, example),
    );
  return fc.oneof(
    { weight: 6, arbitrary: spoiled },
    { weight: 2, arbitrary: fc.array(part, { maxLength: 40 }).map((all) => all.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(...examples) },
  );
}

/** Places, how much goes there, and what comes there. */
export type Changes = readonly (readonly [at: number, length: number, put: Uint8Array])[];

export const changes: fc.Arbitrary<Changes> = fc.array(
  fc.tuple(fc.nat(), fc.nat(12), fc.uint8Array({ maxLength: 12 })),
  { maxLength: 4 },
);

export const changed = (example: Buffer, by: Changes): Buffer =>
  by.reduce((bytes, [at, length, put]) => {
    const from = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + length)]);
  }, example);

/** Bytes of any kind, most of them those of an example, with some changed, cut out, repeated or put between. */
export function nearlyBytes(...examples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const spoiled = fc.tuple(fc.constantFrom(...examples), changes).map(([example, by]) => changed(example, by));
  const random = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 6, arbitrary: spoiled }, { weight: 1, arbitrary: random }, fc.constantFrom(...examples));
}

/** Values of JSON that are an example, with some of its parts replaced by others, left out, or more of them. */
export function nearlyJson(...examples: readonly unknown[]): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, true, -1, 0, 1.5, 2 ** 53, 1e308, '', 'x', [], {}, [[]], '\0', '__proto__'),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const spoil = (value: unknown): fc.Arbitrary<unknown> => {
    if (typeof value !== 'object' || value === null) return mostly(value, odd);
    if (Array.isArray(value)) {
      return mostly(
        value,
        odd,
        fc.tuple(...value.map(spoil)),
        fc.array(fc.constantFrom<unknown>(...(value as unknown[]), null), { maxLength: 6 }),
      );
    }
    const fields = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, spoil(part)]));
    const some = fc.record(fields, { requiredKeys: [] });
    const more = fc.tuple(fc.record(fields), fc.dictionary(fc.string({ maxLength: 12 }), odd, { maxKeys: 3 }));
    return mostly(
      value,
      odd,
      fc.record(fields),
      some,
      more.map(([own, other]) => ({ ...other, ...own })),
    );
  };
  return fc.oneof(...examples.map(spoil));
}

function mostly(value: unknown, odd: fc.Arbitrary<unknown>, ...spoiled: readonly fc.Arbitrary<unknown>[]) {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(value) },
    { weight: 1, arbitrary: odd },
    ...spoiled.map((arbitrary) => ({ weight: 8, arbitrary })),
  );
}

/** The text again and again, up to a length. */
export const times = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, Math.max(length, text.length));

import * as fc from 'fast-check';
import type { ValueSchema } from '../../../src/charting/values';

/** What YAML, Go templates and shells take for something else than text. */
const AWKWARD = [
  ...['', ' ', 'on', 'y', 'null', '~', 'true', '1e3', '0x1f', '0o17', '012', '1_000', '1:20', '2001-01-01', '1000000'],
  ...['{{ .Values }}', '{{', '}}', '{{/* x */}}', '"', "it's", '`', '\\', '\\n', '$HOME', '$(NAME)', '%s %d', '<a&b>'],
  ...['a: b # c', '- a', '=', '<<', '!!int 3', '&a', '*a', '|', '>', '@a', '%a', '---', 'a\nb', ' a\n\n b\n', 'a\tb'],
  ...['ü', '😀', '\u2028', 'a'.repeat(63), 'x'.repeat(300)],
];

/**
 * Strings with what surprises first. Three things are left out, which Helm itself cannot write so that they are read
 * back: blank lines at the very end, the key <<, and keys that begin with white space other than the plain one. No
 * field, label or name of Kubernetes has any of them.
 */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...AWKWARD) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
);
const key = text.filter((given) => given !== '<<' && !/^[^\S ]/.test(given));

const whole = fc.oneof(
  fc.nat(5),
  fc.constantFrom(1_000_000, 10_000_000, 2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER),
  fc.nat(),
);

/** Anything that may stand in a free-form object. A null there means the same as a missing field. */
const { free } = fc.letrec((tie) => ({
  free: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    text,
    whole,
    fc.boolean(),
    fc.constantFrom(-1, 0.5, null),
    fc.array(tie('free'), { maxLength: 2 }),
    fc.dictionary(key, tie('free'), { maxKeys: 2, noNullPrototype: true }),
  ),
}));

/** Values for a schema. Most are left at their defaults, so that few files ask for what cannot work together. */
export function arbitraryValues(schema: ValueSchema): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const needed = new Set(schema.required);
  const members = entries(schema).map(([name, member]) => {
    const given = member.properties === undefined ? arbitraryOf(member) : arbitraryValues(member);
    const orNull = needed.has(name) ? given : fc.oneof({ weight: 9, arbitrary: given }, fc.constant(null));
    return [name, orDefault(orNull)] as const;
  });
  const known = fc.record(Object.fromEntries(members), { noNullPrototype: true }).map(withoutUnset);
  if (schema.additionalProperties !== true) return known;
  const foreign = fc.dictionary(key, free, { maxKeys: 2, noNullPrototype: true });
  return fc.tuple(foreign, known).map(([others, own]) => ({ ...others, ...own }));
}

function orDefault(given: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: given },
  );
}

function arbitraryOf(schema: ValueSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => arbitraryOfType(type, schema)));
}

function arbitraryOfType(type: string, schema: ValueSchema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return whole.filter((number) => number >= (schema.minimum ?? 0) && number <= (schema.maximum ?? Infinity));
    case 'string':
      return strings(schema);
    case 'array':
      return fc.uniqueArray(schema.items === undefined ? free : arbitraryOf(schema.items), {
        maxLength: 3,
        selector: (element) => (schema.uniqueItems === true ? JSON.stringify(element) : {}),
      });
    case 'object':
      return objects(schema);
    default:
      throw new Error(`no arbitrary for the type ${type}`);
  }
}

function strings({ pattern, minLength = 0, maxLength = Infinity }: ValueSchema): fc.Arbitrary<string> {
  const fits = (given: string) => given.length >= minLength && given.length <= maxLength;
  if (pattern === undefined) return text.filter(fits);
  const expression = new RegExp(pattern, 'u');
  const awkward = AWKWARD.filter((given) => expression.test(given));
  const matching = fc.stringMatching(expression, { maxLength: Math.min(maxLength, 70) });
  return (awkward.length === 0 ? matching : fc.oneof(matching, fc.constantFrom(...awkward))).filter(fits);
}

function objects(schema: ValueSchema): fc.Arbitrary<unknown> {
  const { additionalProperties: more } = schema;
  const rest = typeof more === 'object' ? arbitraryOf(more) : free;
  const others = fc.dictionary(key, rest, { maxKeys: 3, noNullPrototype: true });
  if (schema.properties === undefined) return others;
  const needed = new Set(schema.required);
  const members = entries(schema).map(([name, member]) => {
    const given = arbitraryOf(member);
    return [name, needed.has(name) ? given : orDefault(given)] as const;
  });
  const known = fc.record(Object.fromEntries(members), { noNullPrototype: true }).map(withoutUnset);
  return more === false ? known : fc.tuple(others, known).map(([one, two]) => ({ ...one, ...two }));
}

function withoutUnset(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function entries(schema: ValueSchema): [string, ValueSchema][] {
  return Object.entries(schema.properties ?? {});
}

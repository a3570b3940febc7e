/** As much of JSON Schema as zod writes for the messages. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly [keyword: string]: unknown;
}

const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];

/** Where a message that is sent by one schema may be refused by who takes it by another; none where it never is. */
export function refusals(sent: Schema, taken: Schema, path = ''): string[] {
  const alternatives = alternativesOf(sent);
  if (alternatives) return alternatives.flatMap((one) => refusals(one, taken, path));
  const choices = alternativesOf(taken);
  if (choices) {
    const ofKind = choices.filter((one) => isOfKind(sent, one));
    const each = (ofKind.length > 0 ? ofKind : choices).map((one) => refusals(sent, one, path));
    return each.reduce((least, one) => (one.length < least.length ? one : least));
  }
  const mistyped = ofType(sent, taken, path);
  return mistyped.length > 0 ? mistyped : [...ofBounds(sent, taken, path), ...ofObject(sent, taken, path)];
}

function alternativesOf(schema: Schema): readonly Schema[] | undefined {
  const { type, anyOf, oneOf } = schema;
  return typeof type === 'object' ? type.map((one) => ({ ...schema, type: one })) : (anyOf ?? oneOf);
}

/** Whether what tells alternatives apart is the same, so that the rest is to be compared with this one. */
function isOfKind(sent: Schema, taken: Schema): boolean {
  return Object.entries(taken.properties ?? {}).every(
    ([name, member]) => !('const' in member) || member.const === sent.properties?.[name]?.const,
  );
}

const valuesOf = (schema: Schema): readonly unknown[] | undefined => ('const' in schema ? [schema.const] : schema.enum);

function ofType(sent: Schema, taken: Schema, path: string): string[] {
  const isNumber = sent.type === 'integer' && taken.type === 'number';
  if (taken.type !== undefined && taken.type !== sent.type && !isNumber) {
    return [`${path}: ${String(sent.type)} where ${String(taken.type)} is expected`];
  }
  const allowed = valuesOf(taken);
  if (!allowed) return [];
  const values = valuesOf(sent);
  if (!values) return [`${path}: any value where one of a list is expected`];
  return values.filter((value) => !allowed.includes(value)).map((value) => `${path}: ${JSON.stringify(value)}`);
}

function ofBounds(sent: Schema, taken: Schema, path: string): string[] {
  const crossed = (keyword: string, isWithin: (given: number, bound: number) => boolean): boolean => {
    const bound = taken[keyword] as number | undefined;
    const given = sent[keyword] as number | undefined;
    return bound !== undefined && valuesOf(sent) === undefined && (given === undefined || !isWithin(given, bound));
  };
  return [
    ...LOWER_BOUNDS.filter((keyword) => crossed(keyword, (given, bound) => given >= bound)),
    ...UPPER_BOUNDS.filter((keyword) => crossed(keyword, (given, bound) => given <= bound)),
    ...(taken.pattern !== undefined && taken.pattern !== sent.pattern && !valuesOf(sent) ? ['pattern'] : []),
  ].map((keyword) => `${path}: ${keyword} ${String(taken[keyword])}, and not ${String(sent[keyword])}`);
}

function ofObject(sent: Schema, taken: Schema, path: string): string[] {
  const missing = (taken.required ?? []).filter((name) => !sent.required?.includes(name));
  const members = Object.entries(sent.properties ?? {}).flatMap(([name, member]) => {
    const expected = taken.properties?.[name] ?? taken.additionalProperties;
    if (expected === false) return [`${path}.${name}: unknown, and refused`];
    return typeof expected === 'object' ? refusals(member, expected, `${path}.${name}`) : [];
  });
  const items = sent.items && taken.items ? refusals(sent.items, taken.items, `${path}[]`) : [];
  const rest =
    typeof sent.additionalProperties === 'object' && typeof taken.additionalProperties === 'object'
      ? refusals(sent.additionalProperties, taken.additionalProperties, `${path}.*`)
      : [];
  return [...missing.map((name) => `${path}.${name}: missing, and required`), ...members, ...items, ...rest];
}

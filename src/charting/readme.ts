import type { HelmChart } from './chart';
import { defaultValues, schemaOf, type ValueSchema } from './values';

/** One row of the table: a value that can be set by itself. */
interface Row {
  /** With dots, and `[]` for "each element of". */
  readonly path: string;
  readonly schema: ValueSchema;
  /** Undefined where nothing is set by default. */
  readonly default: unknown;
}

/** README.md of a chart: what it is for, and every value with its type, default and meaning. */
export function readme(chart: HelmChart): string {
  const schema = schemaOf(chart.values.description, chart.values.members);
  const defaults = defaultValues(chart.values.members);
  const sections = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const rows = rowsOf(member, name, defaults[name]);
    return { name, rows, about: rows.length > 1 ? member.description : undefined };
  });
  const single = sections.filter(({ about }) => about === undefined).flatMap(({ rows }) => rows);
  return [
    `# ${chart.name}`,
    '<!-- Made by `npm run generate`; change its source instead of this file. -->',
    chart.description,
    ...(chart.guide === undefined ? [] : [chart.guide.trim()]),
    '## Values',
    `${chart.values.description} values.schema.json refuses what is not in these tables, but for keys that begin with \`x-\` and what other charts keep in \`global\`.`,
    ...(single.length === 0 ? [] : [table(single)]),
    ...sections.flatMap(({ name, about, rows }) =>
      about === undefined ? [] : [`### \`${name}\``, prose(about), table(rows)],
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The values below one, down to those that the schema does not look into. */
function rowsOf(schema: ValueSchema, path: string, given: unknown): Row[] {
  if (schema.items?.properties !== undefined) {
    return [{ path, schema, default: given }, ...inside(schema.items, `${path}[]`, undefined)];
  }
  if (schema.properties === undefined) return [{ path, schema, default: given }];
  return inside(schema, path, given);
}

function inside(schema: ValueSchema, path: string, given: unknown): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    rowsOf(member, `${path}.${name}`, (given as Record<string, unknown> | undefined)?.[name]),
  );
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ path, schema, default: given }) => [
    code(path),
    typeOf(schema),
    given === undefined ? '' : code(JSON.stringify(given)),
    prose(schema.description ?? ''),
  ]);
  return [['Value', 'Type', 'Default', 'Meaning'], ['---', '---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function typeOf({ type: declared, enum: allowed, items, additionalProperties }: ValueSchema): string {
  const types = [declared ?? 'object'].flat().filter((name) => name !== 'null');
  const [type] = types;
  if (allowed !== undefined) {
    return allowed
      .filter((choice) => choice !== null && choice !== '')
      .map((choice) => code(JSON.stringify(choice)))
      .join(', ');
  }
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`;
  if (type === 'object' && typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}`;
  return types.join(' or ');
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** A sentence in which nothing is taken for HTML or for the end of a cell. */
const prose = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

import { sql, type Compilable, type CompiledQuery, type RawBuilder } from 'kysely';

/** A query that is asked again and again, always with the same text. */
export type NamedQuery<Row = unknown> = CompiledQuery<Row> & { readonly name: string };

/** Stands for a value while a query is built. */
class Placeholder {
  constructor(readonly name: string) {}
}

/** Any name is a placeholder of that name. */
const PLACEHOLDERS: object = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) });

/**
 * A query that is built and compiled once for each kind of database, because that costs as much as running it; the values
 * are put in each time. What is built must not depend on them, nor hold lists of values. PostgreSQL keeps its plan, too.
 */
export class Statement<Table extends object, Values extends object, Row> {
  private static last = 0;

  private readonly compiled = new Map<string, CompiledQuery<Row>>();
  /** By which PostgreSQL finds what it has parsed and planned. */
  private readonly name = `statement_${++Statement.last}`;

  constructor(private readonly build: (table: Table, values: Values) => Compilable<Row>) {}

  with(table: Table, dialect: string, values: Values): NamedQuery<Row> {
    const compiled = this.compiled.get(dialect) ?? this.build(table, PLACEHOLDERS as Values).compile();
    this.compiled.set(dialect, compiled);
    const given = values as Readonly<Record<string, unknown>>;
    const parameters = compiled.parameters.map((value) => (value instanceof Placeholder ? given[value.name] : value));
    return { ...compiled, parameters, name: this.name };
  }
}

/** Statements that differ by which values they are given alone: one for each set of names, of which there are few. */
export class StatementsByValues<Table extends object, Values extends object, Row> {
  private readonly known = new Map<string, Statement<Table, Values, Row>>();

  /** @param build is given the values of these names, and no others */
  constructor(private readonly build: (table: Table, values: Values) => Compilable<Row>) {}

  /** The one for values of these names. */
  like(values: Values): Statement<Table, Values, Row> {
    const names = Object.keys(values).sort();
    const key = names.join();
    const known = this.known.get(key) ?? new Statement((table: Table) => this.build(table, placeholders(names)));
    this.known.set(key, known);
    return known;
  }
}

/**
 * Statements for so many rows, or a few more. Their limit stands in their text: with one that is a value PostgreSQL plans
 * each time anew, since a plan for any limit looks worse to it.
 */
export class StatementsByLimit<Table extends object, Values extends object, Row> {
  private readonly known: readonly { readonly limit: number; readonly statement: Statement<Table, Values, Row> }[];

  constructor(build: (table: Table, values: Values, limit: RawBuilder<number>) => Compilable<Row>) {
    this.known = [1, 10, 100].map((limit) => ({
      limit,
      statement: new Statement((table, values) => build(table, values, sql.lit(limit))),
    }));
  }

  /** The smallest that has room for so many, or the largest. */
  for(count: number): Statement<Table, Values, Row> {
    return (this.known.find(({ limit }) => limit >= count) ?? this.known.at(-1)!).statement;
  }
}

/** Without what is undefined: a column that is not to change. */
export function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function placeholders<Values extends object>(names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, new Placeholder(name)])) as Values;
}

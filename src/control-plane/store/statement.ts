import type { Compilable, CompiledQuery } from 'kysely';

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

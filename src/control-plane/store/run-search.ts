import type { ExpressionBuilder } from 'kysely';
import type { Schema } from './schema';

type Condition =
  | {
      readonly column: 'stackId' | 'poolId' | 'state' | 'type';
      readonly values: readonly string[];
      readonly isExcluded: boolean;
    }
  | { readonly finished: readonly boolean[] };

export interface RunSearch {
  /** All of them hold. */
  readonly where: readonly Condition[];
  readonly oldestFirst: boolean;
  /** Position of the run behind which it begins. */
  readonly after: number | undefined;
  readonly limit: number;
}

/** A condition as a part of a query of runs. */
export const conditionOf = (condition: Condition) => (eb: ExpressionBuilder<Schema, 'runs'>) => {
  if ('finished' in condition) {
    return eb.or(condition.finished.map((isOver) => eb('runs.finishedAt', isOver ? 'is not' : 'is', null)));
  }
  const { column, values, isExcluded } = condition;
  if (values.length === 0) return eb.lit(isExcluded);
  return eb(`runs.${column}`, isExcluded ? 'not in' : 'in', values);
};

import { isMap } from './overlay';
import type { ValueMember, ValueSchema } from './values';

/** What is wrong about a value: the part of it, and what is allowed there. */
export interface Violation {
  readonly value: unknown;
  readonly allowed: string;
}

/** The first thing that the declaration forbids about what was given; Helm checks the same by the chart's schema. */
export function violationOf(member: ValueMember, given: unknown): Violation | undefined {
  if (given === undefined) return undefined;
  if (member.kind === 'value') return violationOfRule(member.schema, given);
  if (member.kind === 'list' || !isMap(given)) return undefined;
  const violations = Object.entries(member.members).map(([key, inner]) => violationOf(inner, given[key]));
  return violations.find((found) => found !== undefined);
}

/** The first thing that a rule forbids about a value. */
export function violationOfRule(schema: ValueSchema, value: unknown): Violation | undefined {
  const { items, uniqueItems } = schema;
  if (!Array.isArray(value)) return isAllowed(schema, value) ? undefined : { value, allowed: allowed(schema) };
  const wrong = value.find((item) => items !== undefined && !isAllowed(items, item)) as unknown;
  if (items !== undefined && wrong !== undefined) return { value: wrong, allowed: allowed(items) };
  const isRepeated = uniqueItems === true && new Set(value).size < value.length;
  return isRepeated ? { value, allowed: 'none of them may stand there twice' } : undefined;
}

function isAllowed({ type, ...rules }: ValueSchema, value: unknown): boolean {
  if (rules.enum !== undefined) return rules.enum.includes(value);
  if (typeof value === 'number') {
    return isWholeNumber(value, rules.minimum, rules.maximum) || ![type].flat().includes('integer');
  }
  if (typeof value !== 'string') return true;
  const { pattern = '', minLength = 0, maxLength = Infinity } = rules;
  return new RegExp(pattern).test(value) && value.length >= minLength && value.length <= maxLength;
}

function allowed({ type, says, enum: choices, minimum, maximum, minLength }: ValueSchema): string {
  if (says !== undefined) return says;
  if (choices !== undefined) return `it must be one of ${choices.filter((choice) => choice).join(', ')}`;
  if ([type].flat().includes('integer')) return `it must be ${wholeNumber(minimum, maximum)}`;
  if (minLength !== undefined) return 'it must not be empty';
  throw new Error('a pattern of a value needs the words that say what it allows');
}

/** Whether it is a whole number within the bounds that there are. */
export function isWholeNumber(value: number, minimum = -Infinity, maximum = Infinity): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}

/** What `isWholeNumber` allows, for a sentence. */
export function wholeNumber(minimum?: number, maximum?: number): string {
  const from = minimum === undefined ? '' : ` from ${minimum} ${maximum === undefined ? 'up' : `to ${maximum}`}`;
  return `a whole number${from}`;
}

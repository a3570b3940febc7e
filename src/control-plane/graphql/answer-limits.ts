import { setImmediate as turn } from 'node:timers/promises';
import {
  defaultFieldResolver,
  GraphQLError,
  isIntrospectionType,
  isObjectType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { LIMIT } from '../limits';

/** Entries of a list whose fields are resolved in one turn of the event loop: a few milliseconds of work. */
const SLICE = 100;

/** What the answer to one document has of fields and of text; counted as it is made, whatever was expected. */
export class AnswerBudget {
  private fields = 0;
  private characters = 0;
  private refusal: GraphQLError | undefined;

  /** @throws GraphQLError when there is no room for so many fields more, or was none before */
  takeFields(count: number): void {
    this.fields += count;
    if (this.fields > LIMIT.answerFields) this.refuse(`${LIMIT.answerFields} fields`);
  }

  /** @throws GraphQLError */
  takeText(characters: number): void {
    this.characters += characters;
    if (this.characters > LIMIT.answerCharacters) this.refuse(`${LIMIT.answerCharacters} characters`);
  }

  private refuse(what: string): never {
    // One for all that is left: with a path of its own it is not made anew for each field.
    this.refusal ??= new GraphQLError(
      `the answer has more than ${what}: ask for fewer fields, or for one pool or stack at a time`,
      { path: [] },
    );
    throw this.refusal;
  }
}

type Resolve = GraphQLFieldResolver<unknown, { readonly budget: AnswerBudget }>;

/** Makes every field of a schema count what it gives out, and long lists let the event loop go round. */
export function limitAnswers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) field.resolve = counted(field.resolve ?? defaultFieldResolver);
  }
  return schema;
}

function counted(resolve: Resolve): Resolve {
  return (source, args, context, info) => {
    const { budget } = context;
    budget.takeFields(1);
    const value: unknown = resolve(source, args, context, info);
    return isPromise(value) ? value.then((found) => taken(found, budget)) : taken(value, budget);
  };
}

function taken(value: unknown, budget: AnswerBudget): unknown {
  if (typeof value === 'string') budget.takeText(value.length);
  if (!Array.isArray(value)) return value;
  // Each has a field at least; refused before the first is looked at.
  budget.takeFields(value.length);
  return value.length > SLICE ? inTurns(value, budget) : value;
}

/** Entries behind the first slice are promises, each slice of a turn of its own. */
function inTurns(items: readonly unknown[], budget: AnswerBudget): unknown[] {
  let before: Promise<unknown> = Promise.resolve();
  return items.map((item, at) => {
    if (at < SLICE) return item;
    if (at % SLICE === 0) before = before.then(() => turn());
    return before.then(() => {
      // Nothing more is made of an answer that is refused.
      budget.takeFields(0);
      return item;
    });
  });
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

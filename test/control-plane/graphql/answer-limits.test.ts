import { describe, expect, test } from '@jest/globals';
import { buildSchema, execute, parse } from 'graphql';
import { AnswerBudget, limitAnswers } from '../../../src/control-plane/graphql/answer-limits';
import { LIMIT } from '../../../src/control-plane/limits';

const schema = limitAnswers(
  buildSchema(
    'type Query { things: [Thing!]! later: [Thing!]! } type Thing { id: ID! text: String things: [Thing!]! }',
  ),
);

interface Thing {
  readonly id: number;
  readonly text: string;
  readonly things: readonly Thing[];
}

const things = (count: number, text = '', inner: readonly Thing[] = []): Thing[] =>
  Array.from({ length: count }, (_, id) => ({ id, text, things: inner }));

const ask = (query: string, found: readonly Thing[]) =>
  Promise.resolve(
    execute({
      schema,
      document: parse(query),
      rootValue: { things: found, later: () => Promise.resolve(found) },
      contextValue: { budget: new AnswerBudget() },
    }),
  );

describe('the answer to a document', () => {
  test.each(['things', 'later'])('of long lists (%s) is whole and in order', async (list) => {
    const { data, errors } = await ask(`{ ${list} { id } }`, things(1234));
    expect(errors).toBeUndefined();
    expect(data?.[list]).toEqual(things(1234).map(({ id }) => expect.objectContaining({ id: String(id) }) as unknown));
  });

  test.each<[string, string, Thing[], string]>([
    ['has no list longer than it may have fields', '{ things { id } }', things(LIMIT.answerFields), 'fields'],
    ['has no more fields in all lists', '{ things { things { id } } }', things(500, '', things(500)), 'fields'],
    ['has no more text', '{ things { text } }', things(20, 'x'.repeat(LIMIT.answerCharacters / 16)), 'characters'],
  ])('%s', async (_, query, found, what) => {
    const { errors } = await ask(query, found);
    expect(errors?.[0]?.message).toMatch(new RegExp(`^the answer has more than \\d+ ${what}: ask for fewer fields`));
  });

  test('lets the event loop go round while it is made', async () => {
    let isMade = false;
    const answer = ask('{ things { id } }', things(5000)).finally(() => (isMade = true));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isMade).toBe(false);
    await answer;
  });
});

import { describe, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { validate, validateInSlices } from '../../src/control-plane/errors';
import { jsonInSlices } from '../../src/control-plane/json-slices';
import { RegisterRequest, SyncRequest } from '../../src/protocol/messages';

const workers = (count: number) => Array.from({ length: count }, () => ({ id: ulid(), pod: null }));
const sync = (given: object) => ({ session: 's', ...given });

/** The outcome, or the sentence of the refusal. */
const outcome = async (check: () => unknown): Promise<unknown> => {
  try {
    return await check();
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a request with a long list is taken and refused as by one look', () => {
  const wrongAt = (at: number, count: number) => {
    const list: { id: string; pod: null }[] = workers(count);
    list[at] = { id: 'wrong', pod: null };
    return list;
  };

  test.each<[string, object]>([
    ['in order', { workers: workers(1234), term: 7, unknown: 1 }],
    ['short', { workers: workers(3) }],
    ['of no length', { workers: [] }],
    ['wrong at its end', { workers: wrongAt(1200, 1234) }],
    ['wrong in the middle', { workers: wrongAt(555, 1234) }],
    ['longer than it may be', { workers: workers(20_001) }],
    ['that is none', { workers: 'many' }],
    ['beside something wrong', { workers: workers(1234), term: -1 }],
  ])('%s', async (_, given) => {
    const data = sync(given);
    const expected = await outcome(() => validate(SyncRequest, data, 'the request sync'));
    expect(await outcome(() => validateInSlices(SyncRequest, data, 'the request sync'))).toEqual(expected);
  });

  test.each([null, 'text', 7, []])('and %p as well', async (data) => {
    const expected = await outcome(() => validate(RegisterRequest, data, 'it'));
    expect(await outcome(() => validateInSlices(RegisterRequest, data, 'it'))).toEqual(expected);
  });
});

test.each<[string, object]>([
  ['a long list', { revision: 1, workers: workers(2500), images: { a: 'ö"' } }],
  ['a short one, and what JSON leaves out', { workers: [], of: undefined, what: null }],
])('the text of an answer with %s is that of JSON.stringify', async (_, answer) => {
  expect(await jsonInSlices(answer)).toBe(JSON.stringify(answer));
});

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { readDocument } from '../../../src/control-plane/graphql/read-document';
import { sizeOf } from '../../../src/control-plane/graphql/document-limits';
import { LIMIT } from '../../../src/control-plane/limits';
import { makeKey } from '../support/credentials';
import { TestQueue } from '../support/queue';
import { TestApi, type Json } from './support/api';
import { CLIENT_DOCUMENTS } from './support/public-clients';

/*
 * The public clients decode an answer strictly: exactly what was selected, whole numbers for times and counts, metadata as
 * the text of a flat JSON object.
 */

let queue: TestQueue;
let api: TestApi;
let there: { readonly pool: string; readonly worker: string; readonly csr: string };

beforeEach(async () => {
  queue = await TestQueue.ready();
  api = new TestApi(queue);
  const worker = await queue.register();
  there = { pool: queue.pool.id, worker, csr: (await makeKey('RSA')).csr };
});

afterEach(() => queue.close());

/** Every value of an answer below a key, wherever it stands. */
function* values(of: unknown, key = ''): Generator<[key: string, value: unknown]> {
  if (Array.isArray(of)) for (const each of of) yield* values(each, key);
  else if (typeof of === 'object' && of !== null)
    for (const [name, each] of Object.entries(of)) yield* values(each, name);
  else yield [key, of];
}

test.each(CLIENT_DOCUMENTS.map((each) => [each.client, each.command, each] as const))(
  '%s, %s: is answered with what it can decode',
  async (_client, _command, { document, variables }) => {
    const parsed = readDocument(document, LIMIT.documentTokens);
    const given = (variables?.(there) ?? {}) as Json;
    expect(sizeOf(parsed, given).cost).toBeLessThan(LIMIT.documentCost);
    const answer = await api.ask(print(parsed), given);
    for (const [key, value] of values(answer)) {
      if (/At$|^billing|^used|Workers$|Runs$|Count$|position/.test(key) && value !== null) {
        expect({ key, isInt32: Number.isInteger(value) && (value as number) < 2 ** 31 }).toEqual({
          key,
          isInt32: true,
        });
      }
      if (key === 'metadata') expect(Object.values(JSON.parse(value as string) as Json)).toEqual(['default']);
    }
    expect(Object.values(answer)).not.toContain(null);
  },
);

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql';
import { RequestError } from '../../../src/control-plane/errors';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { TestApi, type Json } from './support/api';
import { hostileVariables } from './support/hostile';
import { OPERATIONS } from './support/operations';
import { World } from './support/world';

/* Each argument of each operation with what does not belong there: refused in one harmless sentence, or taken whole. */

/** No control characters, no marks that turn the direction of writing, no half characters, no second line. */
const HARMLESS = /^[^\p{C}\p{Zl}\p{Zp}]{1,2003}$/u;

/** What a database could change or refuse. */
const UNSTORABLE = /^(NUL|half of a character|a mebibyte|the (least|greatest) number)/;

describeOnEachDatabase('what bad input gets', (database) => {
  let queue: TestQueue;
  let api: TestApi;

  let isTried: (what: string) => boolean;

  beforeAll(async () => {
    const opened = await database();
    queue = await TestQueue.ready(undefined, opened);
    // What is refused before anything is stored is so whatever the database.
    isTried = opened ? (what) => UNSTORABLE.test(what) : () => true;
    api = new TestApi(queue);
  });

  afterAll(() => queue?.close());

  test.each(Object.entries(OPERATIONS))('from %s', async (_field, { document, given: make }) => {
    const [definition] = parse(document).definitions as [OperationDefinitionNode];
    let given: Json = await make(await World.on(queue));
    let before = await queue.everything();
    const cases = [...hostileVariables(definition, given)].filter(({ what }) => isTried(what));
    let unseen: string[] = [];
    const nothingWasStored = async () => {
      expect({ unseen, stored: await queue.everything() }).toEqual({ unseen, stored: before });
      unseen = [];
    };
    for (const { what, name, value } of cases) {
      const { errors } = await api.answer(document, { ...given, [name]: value });
      if (errors) {
        unseen.push(`${what} for ${name}`);
        for (const { message, originalError } of errors) {
          // What is wrong with its form GraphQL says itself.
          const isTyped =
            originalError instanceof RequestError
              ? !['internal', 'unavailable'].includes(originalError.code)
              : originalError === undefined || /^Variable/.test(message);
          expect({ what, name, message: message.slice(0, 1000), isTyped }).toMatchObject({ isTyped: true });
          if (originalError instanceof RequestError && !HARMLESS.test(message))
            throw new Error(JSON.stringify({ what, name, message }));
        }
      } else {
        if (definition.operation === OperationTypeNode.QUERY) continue;
        // A name that is to go need not be one.
        if (name !== 'unset')
          expect({ what, name }).not.toMatchObject({ what: expect.stringMatching(/^(NUL|half|a mebi)/) });
        // It was taken, and what it was tried on has changed: what was refused before must have left no trace.
        given = await make(await World.on(queue));
        unseen = [];
        before = await queue.everything();
      }
      if (unseen.length >= 10) await nothingWasStored();
    }
    await nothingWasStored();
  });
});

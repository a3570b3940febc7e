import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Assignment } from '../../../src/protocol/messages';
import { TestQueue } from '../support/queue';
import { Statements } from '../support/statements';

interface Started {
  readonly worker: string;
  readonly assignment: Assignment;
}

/** What an operation asks of the database, beginnings, savepoints and commits included. */
interface Cost {
  readonly statements: number;
  readonly transactions: number;
}

describe('what the database is asked for', () => {
  let queue: TestQueue;
  let statements: Statements;

  beforeEach(async () => {
    queue = await TestQueue.ready();
    statements = Statements.listen();
  });

  afterEach(async () => {
    statements.stop();
    await queue.close();
  });

  const idle = () => queue.register();
  const started = (): Promise<Started> => queue.started();
  const over = async (): Promise<Started> => {
    const made = await started();
    await queue.end(made.assignment);
    return made;
  };
  const seen = async () => {
    await idle();
    return queue.context.store.read.pools.revision(queue.pool.id);
  };

  const OPERATIONS: Record<string, () => Promise<() => Promise<unknown>>> = {
    'a watch that sees nothing new': async () => {
      const revision = await seen();
      return () => queue.watch(revision, 0);
    },
    'a watch that sees a worker': async () => {
      const revision = await seen();
      return () => queue.watch(revision - 1, 0);
    },
    'a watch that waits for news in vain': async () => {
      const revision = await seen();
      return () => queue.watch(revision, 1);
    },
    'a trigger with no worker': () => Promise.resolve(() => queue.trigger()),
    'a trigger that a worker waits for': async () => {
      await idle();
      return () => queue.trigger();
    },
    'the Pod was created': async () => {
      const { worker, assignment } = await queue.assigned();
      return () => queue.report(worker, assignment, { kind: 'created', podName: 'pod' });
    },
    'the Pod starts': async () => {
      const { assignment } = await queue.assigned();
      return () => queue.start(assignment);
    },
    'the Pod logs': async () => {
      const { assignment } = await started();
      return () => queue.log(assignment, 1, 2, 3);
    },
    'the Pod beats': async () => {
      const { assignment } = await started();
      return () => queue.heartbeat(assignment);
    },
    'the Pod tells the outcome': async () => {
      const { assignment } = await started();
      return () => queue.end(assignment);
    },
    'the Pod is gone': async () => {
      const { worker, assignment } = await over();
      return () => queue.report(worker, assignment, { kind: 'released' });
    },
    'a sync with nothing new': async () => {
      const { worker, assignment } = await started();
      const { runId, attempt } = assignment;
      return () => queue.sync([{ id: worker, pod: { runId, attempt } }]);
    },
  };

  test.each<Cost & { operation: string }>([
    { operation: 'a watch that sees nothing new', statements: 1, transactions: 0 },
    { operation: 'a watch that sees a worker', statements: 2, transactions: 0 },
    { operation: 'a watch that waits for news in vain', statements: 1, transactions: 0 },
    { operation: 'a trigger with no worker', statements: 12, transactions: 1 },
    { operation: 'a trigger that a worker waits for', statements: 19, transactions: 1 },
    { operation: 'the Pod was created', statements: 9, transactions: 1 },
    { operation: 'the Pod starts', statements: 14, transactions: 1 },
    { operation: 'the Pod logs', statements: 10, transactions: 1 },
    { operation: 'the Pod beats', statements: 8, transactions: 1 },
    { operation: 'the Pod tells the outcome', statements: 16, transactions: 1 },
    { operation: 'the Pod is gone', statements: 12, transactions: 1 },
    { operation: 'a sync with nothing new', statements: 13, transactions: 1 },
  ])('$operation: $statements statements, $transactions transactions', async ({ operation, ...cost }) => {
    const work = await OPERATIONS[operation]!();
    const texts = await statements.of(work);
    expect({ statements: texts.length, transactions: texts.filter((text) => text === 'COMMIT').length }).toEqual(cost);
  });
});

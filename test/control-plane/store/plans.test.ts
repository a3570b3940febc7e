import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { QUEUE_VERSION } from '../../../src/control-plane/queue/run-types';
import { TestQueue } from '../support/queue';
import { Statements } from '../support/statements';

/* How SQLite finds what is asked of it all the time: by an index whose order is that of the answer, however many there are. */
describe('the database is asked, and looks at few rows, for', () => {
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

  /** What SQLite does for each statement on runs that some work makes. */
  async function plans(work: () => Promise<unknown>): Promise<string[]> {
    const texts = (await statements.of(work)).filter((text) => /^select .* from "runs"/i.test(text));
    statements.stop();
    const database = new DatabaseSync(join(queue.folder, 'control-plane.db'), { readOnly: true });
    try {
      return texts.map((text) =>
        (database.prepare(`EXPLAIN QUERY PLAN ${text}`).all() as { detail: string }[])
          .map(({ detail }) => detail)
          .join('\n'),
      );
    } finally {
      database.close();
    }
  }

  test.each<[string, string, () => Promise<unknown>]>([
    [
      'the runs whose turn it is',
      'runsReady',
      () => queue.context.store.transaction((tx) => tx.runs.claimReady(queue.pool.id, QUEUE_VERSION, 10)),
    ],
    ['how many runs wait', 'runsReady', () => queue.admin.pendingRuns([queue.pool.id])],
    ['a run by its key', 'runsByKey', () => queue.context.store.read.runs.findByKey('stack', 'key')],
  ])('%s: %s', async (_, index, work) => {
    const [plan, ...others] = await plans(work);
    expect(others).toEqual([]);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/SCAN runs|TEMP B-TREE/);
  });
});

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { planChanges } from '../../support/plan-changes';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { TestApi } from './support/api';

describeOnEachDatabase('what the plan of a run changes, in the API', (database) => {
  let queue: TestQueue;
  let api: TestApi;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    api = new TestApi(queue);
  });

  afterEach(() => queue.close());

  const keep = (run: string, changes = planChanges()) =>
    queue.context.store.transaction((tx) => tx.planChanges.put(run, changes));

  test('is counted as the tool counts, in lists of runs too', async () => {
    const [planned, other] = [await queue.trigger(), await queue.trigger()];
    const counts = {
      ...planChanges().counts,
      create: 2,
      update: 3,
      delete: 4,
      replace: 5,
      import: 6,
      forget: 7,
      move: 8,
    };
    await keep(planned, planChanges({ counts }));
    const { runs } = await api.ask(
      '{ runs { id delta { addCount changeCount deleteCount replaceCount importCount forgetCount moveCount resources } } }',
    );
    const delta = {
      addCount: 7,
      changeCount: 3,
      deleteCount: 9,
      replaceCount: 5,
      importCount: 6,
      forgetCount: 7,
      moveCount: 8,
    };
    expect(runs).toEqual([
      { id: other, delta: null },
      { id: planned, delta: { ...delta, resources: counts.resources } },
    ]);
  });

  test('is told as `spacectl stack run changes` asks', async () => {
    const run = await queue.trigger();
    const stack = (await queue.admin.run(run))!.stackId;
    const moved = { address: 'a.b', previousAddress: 'a.a', action: 'move' as const };
    await keep(run, planChanges({ changes: [...planChanges().changes, moved] }));
    const document = `query($stack:ID!$run:ID!){stack(id: $stack){run(id: $run){changesV3(input: {}){
      resources{address,previousAddress,metadata{type}}}}}}`;
    expect(await api.ask(document, { stack, run })).toEqual({
      stack: {
        run: {
          changesV3: [
            {
              resources: [
                { address: 'aws_vpc.main', previousAddress: 'aws_vpc.main', metadata: { type: 'CREATE' } },
                { address: 'aws_db.old', previousAddress: 'aws_db.old', metadata: { type: 'REPLACE' } },
                { address: 'a.b', previousAddress: 'a.a', metadata: { type: 'MOVE' } },
              ],
            },
          ],
        },
      },
    });
  });

  test('has reasons, drift and outputs, and is asked for by what happens', async () => {
    const run = await queue.trigger();
    await keep(run, planChanges({ drift: [{ address: 'aws_eip.a', action: 'delete' }], isCut: true }));
    const document = `query($id: ID!) { run(id: $id) { changesV3(input: { types: [REPLACE] }) {
      isCut drift { address type } outputs { name type } resources { address metadata { reason replacedFor imported } } } } }`;
    const metadata = { reason: 'replace_because_cannot_update', replacedFor: ['engine'], imported: false };
    expect(await api.ask(document, { id: run })).toEqual({
      run: {
        changesV3: [
          {
            isCut: true,
            drift: [{ address: 'aws_eip.a', type: 'DELETE' }],
            outputs: [{ name: 'address', type: 'UPDATE' }],
            resources: [{ address: 'aws_db.old', metadata }],
          },
        ],
      },
    });
  });

  test('is nothing while nothing is known', async () => {
    const id = await queue.trigger();
    const document = 'query($id: ID!) { run(id: $id) { delta { addCount } changesV3(input: {}) { isCut } } }';
    expect(await api.ask(document, { id })).toEqual({ run: { delta: null, changesV3: [] } });
  });
});

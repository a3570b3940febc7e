import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { retain } from '../../../src/control-plane/queue/retention';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

const DAY = 24 * 60 * 60;

describeOnEachDatabase('the history', (database) => {
  let queue: TestQueue;
  let worker: string;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    worker = await queue.register();
  });

  afterEach(() => queue.close());

  /** A run that has been, with a line of its own. */
  async function past(stack = 'stack'): Promise<string> {
    const run = await queue.trigger(stack);
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await queue.log(assignment, 1);
    await queue.end(assignment);
    await queue.report(worker, assignment, { kind: 'released' });
    return run;
  }

  const retainWith = (retention: object) =>
    retain({
      ...queue.context,
      settings: { ...queue.context.settings, retention: { ...queue.context.settings.retention, ...retention } },
    });

  test('loses first its logs, then its runs, but for the newest of each stack', async () => {
    await queue.addStack('other');
    const runs = [await past(), await past(), await past(), await past('other')];
    queue.leap(91 * DAY);
    expect(await retainWith({ runsPerStack: 2 })).toMatchObject({ logs: 4, runs: 0 });
    expect(await queue.text(runs[0]!)).toBe('');
    expect(await queue.state(runs[0]!)).toBe('FINISHED Succeeded');
    queue.leap(275 * DAY);
    expect(await retainWith({ runsPerStack: 2 })).toMatchObject({ logs: 0, runs: 1 });
    expect((await queue.admin.runs()).map(({ id }) => id)).toEqual(runs.slice(1).reverse());
  });

  test('stays for ever where nothing says how long', async () => {
    const run = await past();
    queue.leap(10_000 * DAY);
    expect(await retainWith({ runDays: 0, logDays: 0 })).toMatchObject({ logs: 0, runs: 0 });
    expect(await queue.text(run)).toContain('The run finished');
  });

  test('keeps what has not ended, and a run whose worker is not free, however old', async () => {
    const going = await queue.started();
    queue.leap(1000 * DAY);
    expect(await retainWith({ runsPerStack: 0 })).toMatchObject({ logs: 0, runs: 0 });
    await queue.end(going.assignment, 'UserFailed');
    queue.leap(1000 * DAY);
    await queue.trigger();
    expect(await retainWith({ runsPerStack: 0 })).toMatchObject({ logs: 1, runs: 0 });
    await queue.report(going.worker, going.assignment, { kind: 'released' });
    expect(await retainWith({ runsPerStack: 0 })).toMatchObject({ runs: 1 });
    expect(await queue.admin.run(going.run)).toBeNull();
  });

  test('goes in batches', async () => {
    for (let made = 0; made < 120; made++) await queue.admin.stop(await queue.trigger('stack', 'PROPOSED'));
    queue.leap(400 * DAY);
    expect((await retainWith({ runsPerStack: 1 })).runs).toBeGreaterThan(100);
  });

  test('of a run that prints without end is cut at its limit, with a mark, and the run goes on', async () => {
    const { assignment, run } = await queue.started();
    const piece = `${'x'.repeat(300 * 1024)}\n`;
    for (let sequence = 1; sequence <= 8; sequence++) {
      expect(await queue.print(assignment, sequence, piece)).toBe(sequence);
    }
    const text = await queue.text(run);
    expect(text.split(piece)).toHaveLength(5);
    expect(text).toMatch(
      /The log is cut here: it has reached 1 MiB, the most that is kept of a run. The run goes on\n$/,
    );
    expect(await queue.end(assignment)).toBe('FINISHED');
    expect(await queue.text(run)).toMatch(/The run finished\n$/);
  });
});

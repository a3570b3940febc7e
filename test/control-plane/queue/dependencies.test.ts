import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

describeOnEachDatabase('stacks that depend on others', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  /** Makes stacks, and lets them depend on each other: `app: ['network']`. */
  const stacks = async (dependencies: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    for (const name of new Set(Object.entries(dependencies).flatMap(([name, above]) => [...above, name]))) {
      await queue.addStack(name);
    }
    for (const [name, above] of Object.entries(dependencies)) {
      for (const one of above) await queue.admin.addStackDependency(name, one);
    }
  };

  const DIAMOND = { network: ['base'], database: ['base'], app: ['network', 'database'] };

  /** The newest run of each stack that has one. */
  const runs = async (): Promise<Record<string, string>> => {
    const newestFirst = await queue.admin.runs();
    return Object.fromEntries(newestFirst.toReversed().map(({ stackName, id }) => [stackName, id]));
  };

  /** How the runs of each stack stand, oldest first. */
  const standing = async (): Promise<Record<string, string[]>> => {
    const all: Record<string, string[]> = {};
    for (const run of (await queue.admin.runs()).toReversed()) {
      (all[run.stackName] ??= []).push(run.ready ? `${run.state}, its turn` : run.state);
    }
    return all;
  };

  /** Carries the run out whose turn it is on the stack. */
  const carryOut = async (stack: string, reason: 'Succeeded' | 'UserFailed' = 'Succeeded'): Promise<void> => {
    const id = (await runs())[stack]!;
    const worker = await queue.register();
    const assignment = await queue.assignment(worker);
    expect(assignment.runId).toBe(id);
    await queue.start(assignment);
    // So that it takes no other run when it is free.
    await queue.retire(worker);
    await queue.end(assignment, reason);
    await queue.report(worker, assignment, { kind: 'released' });
  };

  describe('a tracked run', () => {
    test('queues one of each stack below it, which go one after the other', async () => {
      await stacks({ database: ['network'], app: ['database'] });
      await queue.trigger('network');
      expect(await standing()).toEqual({ network: ['QUEUED, its turn'], database: ['QUEUED'], app: ['QUEUED'] });
      await carryOut('network');
      expect(await standing()).toEqual({ network: ['FINISHED'], database: ['QUEUED, its turn'], app: ['QUEUED'] });
      await carryOut('database');
      await carryOut('app');
      expect(await standing()).toEqual({ network: ['FINISHED'], database: ['FINISHED'], app: ['FINISHED'] });
    });

    test('of a diamond queues the last one once, which waits for both before it', async () => {
      await stacks(DIAMOND);
      await queue.trigger('base');
      await carryOut('base');
      // Each waits for its turn, and only one of them has had it.
      const { network } = await runs();
      await queue.admin.prioritize(network!, true);
      await carryOut('network');
      expect(await standing()).toMatchObject({ database: ['QUEUED, its turn'], app: ['QUEUED'] });
      await carryOut('database');
      expect(await standing()).toMatchObject({ app: ['QUEUED, its turn'] });
      await carryOut('app');
      expect((await standing()).app).toEqual(['FINISHED']);
    });

    test('leaves those above it alone', async () => {
      await stacks(DIAMOND);
      await queue.trigger('network');
      expect(await standing()).toEqual({ network: ['QUEUED, its turn'], app: ['QUEUED'] });
    });

    test('waits for the newest unfinished one of each stack that it depends on, and says so', async () => {
      await stacks({ app: ['network'] });
      const above = await queue.trigger('network');
      await queue.admin.cancel((await runs()).app!);
      const later = await queue.trigger('app');
      expect(await queue.waits(later)).toBe(`run ${above} of stack network, which it depends on and which is QUEUED`);
      expect(await queue.admin.schedulableRuns(queue.pool.id, { offset: 0, limit: 10 })).toMatchObject([{ id: above }]);
      await carryOut('network');
      expect(await queue.waits(later)).toContain('a worker');
      await carryOut('app');
    });

    test('of a stack without a source below it is not queued, nor are those that it alone would queue', async () => {
      await stacks({ database: ['network'], app: ['database'], other: ['network'] });
      const database = (await queue.admin.stack('database'))!;
      await queue.sql(`UPDATE "stacks" SET "source" = NULL WHERE "id" = '${database.id}'`);
      const run = await queue.trigger('network');
      expect(await standing()).toEqual({ network: ['QUEUED, its turn'], other: ['QUEUED'] });
      expect(await queue.text(run)).toContain('database (none: it has no source)');
      await queue.admin.uploadSource('database', Readable.from(['a source']));
    });

    test('says in the log who queued it, and whom it has queued', async () => {
      await stacks({ app: ['network'] });
      const run = await queue.trigger('network');
      const { app } = await runs();
      expect(await queue.text(run)).toBe(
        `Run of stack network is queued\nRuns of the stacks that depend on it are queued: app (run ${app})\n`,
      );
      expect(await queue.text(app!)).toBe(`Run of stack app is queued, because run ${run} of stack network was\n`);
    });
  });

  /** What becomes of the run of `network`, and what of that of `app`, which follows it. */
  test.each<[string, (run: string) => Promise<unknown>, string, string]>([
    ['finishes', () => carryOut('network'), 'FINISHED', 'QUEUED, its turn'],
    ['fails', () => carryOut('network', 'UserFailed'), 'FAILED', 'CANCELED'],
    ['is canceled', (run) => queue.admin.cancel(run), 'CANCELED', 'CANCELED'],
    ['is stopped before it starts', (run) => queue.admin.stop(run), 'CANCELED', 'CANCELED'],
    ['has a plan that is discarded', (run) => planned().then(() => queue.admin.discard(run)), 'DISCARDED', 'CANCELED'],
    ['waits to be confirmed', () => planned(), 'UNCONFIRMED', 'QUEUED'],
    [
      'is confirmed',
      (run) => planned().then(() => queue.admin.confirm(run)),
      // The worker of the plan is not free yet.
      'CONFIRMED, its turn',
      'QUEUED',
    ],
  ])('when a run that others follow %s', async (_, happens, own, theirs) => {
    await stacks({ app: ['network'], web: ['app'] });
    const run = await queue.trigger('network');
    await happens(run);
    const [last] = [theirs === 'CANCELED' ? 'CANCELED' : 'QUEUED'];
    expect(await standing()).toEqual({ network: [own], app: [theirs], web: [last] });
    if (theirs !== 'CANCELED') return;
    const { app, web } = await runs();
    expect((await queue.admin.run(app!))?.message).toBe(`run ${run} of stack network, which it depends on, is ${own}`);
    expect(await queue.text(web!)).toContain(`run ${app} of stack app, which it depends on, is CANCELED`);
  });

  const planned = async () => {
    const assignment = await queue.assignment(await queue.register());
    await queue.start(assignment);
    await queue.end(assignment, 'Succeeded', true);
  };

  test('one that fails leaves those alone that do not follow it', async () => {
    await stacks(DIAMOND);
    await queue.trigger('base');
    await carryOut('base');
    const { network } = await runs();
    await queue.admin.prioritize(network!, true);
    await carryOut('network', 'UserFailed');
    expect(await standing()).toMatchObject({ database: ['QUEUED, its turn'], app: ['CANCELED'] });
  });

  test('a proposed run queues nobody and waits for nobody', async () => {
    await stacks({ app: ['network'] });
    await queue.trigger('network', 'PROPOSED');
    expect(await standing()).toEqual({ network: ['QUEUED, its turn'] });
    await queue.trigger('network');
    await queue.trigger('app', 'PROPOSED');
    expect((await standing()).app).toEqual(['QUEUED', 'QUEUED, its turn']);
  });

  test('a retry queues those below again; one that was canceled can be retried by itself', async () => {
    await stacks({ app: ['network'] });
    const run = await queue.trigger('network');
    await queue.admin.cancel(run);
    await queue.admin.retryRun((await runs()).app!);
    await queue.admin.retryRun(run);
    expect(await standing()).toEqual({
      network: ['CANCELED', 'QUEUED, its turn'],
      app: ['CANCELED', 'QUEUED, its turn', 'QUEUED'],
    });
  });

  test('a run that is prioritized does not overtake the one that it follows', async () => {
    await stacks({ app: ['network'] });
    await queue.trigger('network');
    await queue.admin.prioritize((await runs()).app!, true);
    expect(await standing()).toEqual({ network: ['QUEUED, its turn'], app: ['QUEUED'] });
  });

  test('the same key queues those below once', async () => {
    await stacks({ app: ['network'] });
    for (let n = 0; n < 2; n += 1) await queue.admin.createRun({ stack: 'network', idempotencyKey: 'k' });
    expect(await standing()).toEqual({ network: ['QUEUED, its turn'], app: ['QUEUED'] });
  });

  test('a dependency that goes lets those go that wait because of it', async () => {
    await stacks({ app: ['network'] });
    await queue.trigger('network');
    const [dependency] = await queue.admin.stackDependencies('stackId', [(await queue.admin.stack('app'))!.id]);
    await queue.admin.deleteStackDependency(dependency!.id.toLowerCase());
    expect(await standing()).toEqual({ network: ['QUEUED, its turn'], app: ['QUEUED, its turn'] });
    await queue.admin.cancel((await runs()).network!);
    expect((await standing()).app).toEqual(['QUEUED, its turn']);
    await expect(queue.admin.deleteStackDependency(dependency!.id)).rejects.toThrow('not found');
  });

  test('a run whose end a former version saw to is settled by a sweep', async () => {
    await stacks({ app: ['network'] });
    const run = await queue.trigger('network');
    await queue.sql(`UPDATE "runs" SET "state" = 'FINISHED', "finishedAt" = 1, "ready" = 0 WHERE "id" = '${run}'`);
    await queue.sweep();
    expect(await standing()).toEqual({ network: ['FINISHED'], app: ['QUEUED, its turn'] });
  });

  test('a stack that others depend on cannot be deleted; one that depends on others can', async () => {
    await stacks({ app: ['network'], web: ['network'] });
    await expect(queue.admin.deleteStack('network')).rejects.toThrow(
      'stacks app, web depend on stack network: remove that first (worker-pools stack dependency remove STACK network)',
    );
    await queue.admin.deleteStack('app');
    await queue.admin.deleteStack('web');
    await queue.admin.deleteStack('network');
  });
});

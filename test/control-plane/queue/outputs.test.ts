import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hasNews } from '../../../src/control-plane/queue/dependency-news';
import { valueFor } from '../../../src/control-plane/queue/inputs';
import { keepOutputs } from '../../../src/control-plane/queue/outputs';
import type { RunType } from '../../../src/control-plane/store/records';
import type { Assignment, Output } from '../../../src/protocol/messages';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

const told = (name: string, value: unknown, sensitive = false): Output => ({
  ...{ name, sensitive, value: JSON.stringify(value) },
});
const withheld = (name: string, why: 'sensitive' | 'too-large'): Output => ({
  ...{ name, sensitive: why === 'sensitive', value: null, withheld: why },
});

describeOnEachDatabase('outputs', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    for (const name of ['network', 'app']) await queue.addStack(name);
  });

  afterEach(() => queue.close());

  const idOf = async (stack: string): Promise<string> => (await queue.admin.stack(stack))!.id;

  const who = ({ runId, attempt }: Assignment) => ({ poolId: queue.pool.id, runId, attempt });

  const tell = (assignment: Assignment, outputs: readonly Output[]) =>
    keepOutputs(queue.context, who(assignment), { fence: assignment.fence, outputs: [...outputs], isCut: false });

  const known = async (stack = 'network') => (await queue.admin.outputs.of([await idOf(stack)])).values().next().value;

  /** Carries the run out whose turn it is. */
  const carryOut = async (
    outputs: readonly Output[] | undefined,
    reason: 'Succeeded' | 'UserFailed' = 'Succeeded',
  ): Promise<string> => {
    const worker = await queue.register();
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await queue.retire(worker);
    if (outputs) await tell(assignment, outputs);
    await queue.end(assignment, reason);
    await queue.report(worker, assignment, { kind: 'released' });
    queue.leap(1);
    return assignment.runId;
  };

  const run = async (stack: string, outputs?: readonly Output[], type: RunType = 'TRACKED'): Promise<string> => {
    await queue.trigger(stack, type);
    return carryOut(outputs);
  };

  describe('of a stack', () => {
    test('are those of its newest run, whose values lie encrypted, and which may be told again', async () => {
      await queue.trigger('network');
      const worker = await queue.register();
      const assignment = await queue.assignment(worker);
      await queue.start(assignment);
      const outputs = [told('zone', 'a-value-of-it'), told('password', 'hunter2', true), withheld('key', 'sensitive')];
      await tell(assignment, [told('zone', 'before')]);
      await tell(assignment, outputs);
      expect(await known()).toMatchObject({ runId: assignment.runId, outputs, isCut: false });
      const rows = JSON.stringify(await queue.rows('stackOutputs'));
      expect(rows).not.toMatch(/a-value-of-it|hunter2/);
      await queue.restart();
      await queue.end(assignment);
      expect(await known()).toMatchObject({ runId: assignment.runId, outputs });
    });

    test('stay as they were after a run that failed, a task that tells none, and one that only plans', async () => {
      const first = await run('network', [told('zone', 'a')]);
      await queue.trigger('network');
      await carryOut(undefined, 'UserFailed');
      await run('network', undefined, 'TASK');
      await run('network', undefined, 'PROPOSED');
      expect(await known()).toMatchObject({ runId: first, outputs: [told('zone', 'a')] });
    });

    test.each(['TRACKED', 'DESTROY'] as const)(
      'are forgotten after a success of %s that tells none, and its log says so',
      async (type) => {
        await run('network', [told('zone', 'a')]);
        const silent = await run('network', undefined, type);
        expect(await known()).toBeUndefined();
        expect(await queue.text(silent)).toContain('The outputs that an earlier run told are forgotten');
      },
    );

    test('go with it', async () => {
      await run('network', [told('zone', 'a')]);
      await queue.admin.deleteStack('network');
      expect(await queue.rows('stackOutputs')).toEqual([]);
    });

    test('are refused of an attempt that is over, and of one that only plans', async () => {
      await queue.trigger('network', 'PROPOSED');
      const worker = await queue.register();
      const assignment = await queue.assignment(worker);
      await queue.start(assignment);
      await expect(tell(assignment, [])).rejects.toThrow('only plans: it has no outputs to tell of');
      await queue.end(assignment);
      await expect(tell(assignment, [])).rejects.toMatchObject({ code: 'fenced' });
    });
  });

  describe('of another stack', () => {
    let dependency: string;

    beforeEach(async () => {
      dependency = (await queue.admin.addStackDependency('app', 'network')).id;
    });

    const take = (outputName: string, inputName: string, triggerAlways = false) =>
      queue.admin.outputs.addReference(dependency, { outputName, inputName, triggerAlways });

    /** What the run finds whose turn it is. */
    const begun = async (masksInputs = true) => {
      const worker = await queue.register();
      const assignment = await queue.assignment(worker);
      const spec = await queue.start(assignment, 'pod', { masksInputs });
      return { worker, assignment, spec };
    };

    const standing = async (id: string) => (await queue.admin.run(id))!;

    const queuedOf = async (stack: string) => (await queue.admin.runs({ stack: await idOf(stack) }))[0]!;

    test('are in the environment of every run, over variables of the stack, below its own, and masked where sensitive', async () => {
      await queue.admin.updateStack('app', { environment: { TF_VAR_zone: 'of the stack', LIST: 'of the stack' } });
      await take('zone', 'TF_VAR_zone');
      await take('list', 'LIST');
      await take('password', 'TF_VAR_password');
      await run('network', [told('zone', 'eu'), told('list', [1, 'b']), told('password', 'hunter2', true)]);
      const { spec, assignment } = await begun();
      expect(spec.environment).toMatchObject({ TF_VAR_zone: 'eu', LIST: '[1,"b"]', TF_VAR_password: 'hunter2' });
      expect(spec.masked).toEqual(['TF_VAR_password']);
      await queue.end(assignment);
      const own = { stack: 'app', type: 'PROPOSED' as const, environment: { TF_VAR_zone: 'its own' } };
      await queue.admin.createRun(own);
      expect((await begun()).spec.environment).toMatchObject({ TF_VAR_zone: 'its own', LIST: '[1,"b"]' });
      expect(JSON.stringify(await queue.rows('runInputs'))).not.toContain('hunter2');
    });

    test('that a plan was made with are those of its apply, whatever has become of them', async () => {
      await take('zone', 'TF_VAR_zone');
      await run('network', [told('zone', 'eu')]);
      const planned = await begun();
      await queue.end(planned.assignment, 'Succeeded', true);
      await queue.report(planned.worker, planned.assignment, { kind: 'released' });
      await queue.retire(planned.worker);
      await run('network', [told('zone', 'us')]);
      await queue.admin.confirm(planned.assignment.runId);
      const applying = await begun();
      expect(applying.assignment).toMatchObject({ runId: planned.assignment.runId, stage: 'applying' });
      expect(applying.spec.environment).toMatchObject({ TF_VAR_zone: 'eu' });
    });

    test.each<[string, readonly Output[] | undefined, string]>([
      [
        'of which none are known',
        undefined,
        'of which no outputs are known: they are taken when a tracked run of it finishes',
      ],
      ['that are not there', [told('other', 1)], 'stack network, which has no such output since run'],
      [
        'that were kept in the Pod',
        [withheld('zone', 'sensitive')],
        'set SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED to true',
      ],
      ['that are too large', [withheld('zone', 'too-large')], 'which is larger than what is taken'],
    ])('%s end the run before it begins, with a sentence', async (_, outputs, sentence) => {
      await take('zone', 'TF_VAR_zone');
      await run('network', outputs);
      await expect(begun()).rejects.toMatchObject({ code: 'fenced', message: expect.stringContaining(sentence) });
      expect(await queuedOf('app')).toMatchObject({
        ...{ state: 'FAILED', reason: 'ConfigError' },
        message: expect.stringContaining(`The variable TF_VAR_zone is to be the output zone of stack network`),
      });
    });

    test('that are sensitive are given to no launcher that cannot hide them', async () => {
      await take('zone', 'TF_VAR_zone');
      await run('network', [told('zone', 'eu', true)]);
      await expect(begun(false)).rejects.toThrow('the launcher of this Pod is too old to hide them in its log');
      expect(await queuedOf('app')).toMatchObject({ state: 'PREPARING' });
    });

    test('let a stack follow only when one that it takes has changed since its own last success', async () => {
      await take('zone', 'TF_VAR_zone');
      await run('network', [told('zone', 'eu'), told('other', 1)]);
      await carryOut([]);
      expect(await queuedOf('app')).toMatchObject({ state: 'FINISHED' });
      // Another changes, which it does not take.
      await run('network', [told('zone', 'eu'), told('other', 2)]);
      const skipped = await queuedOf('app');
      expect(skipped).toMatchObject({ state: 'CANCELED', reason: 'Cancelled' });
      expect(skipped.message).toBe(
        'no output that it takes was changed since the last run of stack app that had success',
      );
      expect(await queue.text(skipped.id)).toContain('The run is not needed: no output');
      // It changes, the run fails, and the next one makes up for it.
      await run('network', [told('zone', 'us'), told('other', 2)]);
      await carryOut(undefined, 'UserFailed');
      await run('network', [told('zone', 'us'), told('other', 2)]);
      await carryOut([]);
      expect(await queuedOf('app')).toMatchObject({ state: 'FINISHED' });
      await run('network', [told('zone', 'us'), told('other', 2)]);
      expect(await queuedOf('app')).toMatchObject({ state: 'CANCELED' });
    });

    test('let it follow always where that is wanted, and once after what it takes is another', async () => {
      const { id } = await take('zone', 'TF_VAR_zone', true);
      for (let n = 0; n < 2; n += 1) {
        await run('network', [told('zone', 'eu'), told('other', 1)]);
        await carryOut([]);
        expect(await queuedOf('app')).toMatchObject({ state: 'FINISHED' });
      }
      await queue.admin.outputs.updateReference(id, { outputName: 'other', inputName: 'TF_VAR_zone' });
      await run('network', [told('zone', 'eu'), told('other', 1)]);
      await carryOut([]);
      expect(await queuedOf('app')).toMatchObject({ state: 'FINISHED' });
      await run('network', [told('zone', 'eu'), told('other', 1)]);
      expect(await queuedOf('app')).toMatchObject({ state: 'CANCELED' });
    });

    test('cancel what waits for a run alone that is not needed, and let go what others have something new for', async () => {
      for (const name of ['below', 'both']) await queue.addStack(name);
      await queue.admin.addStackDependency('below', 'app');
      await queue.admin.addStackDependency('both', 'app');
      const fromNetwork = await queue.admin.addStackDependency('both', 'network');
      await take('zone', 'TF_VAR_zone');
      await queue.admin.outputs.addReference(fromNetwork.id, { outputName: 'other', inputName: 'TF_VAR_other' });
      await run('network', [told('zone', 'eu'), told('other', 1)]);
      for (let n = 0; n < 3; n += 1) await carryOut([]);
      await run('network', [told('zone', 'eu'), told('other', 2)]);
      for (const name of ['app', 'below']) expect(await queuedOf(name)).toMatchObject({ state: 'CANCELED' });
      expect(await queuedOf('both')).toMatchObject({ state: 'QUEUED', ready: true });
      await carryOut([]);
      await run('network', [told('zone', 'eu'), told('other', 2)]);
      expect(await queuedOf('both')).toMatchObject({ state: 'CANCELED' });
    });

    test('do not keep a run back that somebody triggers', async () => {
      await take('zone', 'TF_VAR_zone');
      await run('network', [told('zone', 'eu')]);
      await carryOut([]);
      await queue.trigger('network');
      await queue.admin.cancel((await queuedOf('app')).id);
      const wanted = await queue.trigger('app');
      await carryOut([told('zone', 'eu')]);
      expect(await standing(wanted)).toMatchObject({ state: 'QUEUED', ready: true });
    });

    test.each<[string, Parameters<typeof take>, string]>([
      ['a name that no output has', ['a b', 'TF_VAR_x'], '"a b" is no name of an output'],
      ['a variable of the pool', ['zone', 'SPACELIFT_DEBUG'], 'is a setting of the pool'],
      ['a variable that no environment has', ['zone', 'A=B'], 'a name has at least one character'],
    ])('are not taken under %s', async (_, [outputName, inputName], sentence) => {
      await expect(take(outputName, inputName)).rejects.toThrow(sentence);
    });

    test('are taken once under a name, in the whole stack', async () => {
      await queue.addStack('database');
      const another = await queue.admin.addStackDependency('app', 'database');
      await take('zone', 'TF_VAR_zone');
      const again = queue.admin.outputs.addReference(another.id, { outputName: 'a', inputName: 'TF_VAR_zone' });
      await expect(again).rejects.toThrow('takes an output as TF_VAR_zone already');
    });

    test('are taken no more once the dependency is removed', async () => {
      await take('zone', 'TF_VAR_zone');
      await queue.admin.deleteStackDependency(dependency);
      expect(await queue.rows('dependencyReferences')).toEqual([]);
      await queue.trigger('app');
      expect((await begun()).spec.environment).toEqual({});
    });
  });
});

describe('whether a run has something new', () => {
  const reference = { outputName: 'zone', triggerAlways: false, changedAt: 10 };

  test.each([
    ['a stack that takes nothing', { references: [] }, true],
    ['one that takes what has changed since', { outputs: { zone: 60 } }, true],
    ['one that takes what has changed at that moment', { outputs: { zone: 50 } }, true],
    ['one that takes what was changed before', {}, false],
    ['one that takes it always', { references: [{ ...reference, triggerAlways: true }] }, true],
    ['one that takes another since', { references: [{ ...reference, changedAt: 60 }] }, true],
    [
      'one that takes what is not there, as objects have it',
      { references: [{ ...reference, outputName: 'toString' }] },
      true,
    ],
    ['one that has had no success yet', { takenAt: undefined }, true],
    ['one that takes of what is not known', { outputs: undefined }, true],
  ])('for %s', (_, more, wanted) => {
    expect(hasNews({ references: [reference], outputs: { zone: 20 }, takenAt: 50, ...more })).toBe(wanted);
  });
});

describe('the value of an output as a variable', () => {
  test.each([
    ['"a text"', 'TF_VAR_x', 'a text'],
    ['"${no} template"', 'TF_VAR_x', '${no} template'],
    ['12345678901234567890', 'X', '12345678901234567890'],
    ['["${a}","%{b}","$c"]', 'X', '["${a}","%{b}","$c"]'],
    ['["${a}","%{b}","$c"]', 'TF_VAR_x', '["$${a}","%%{b}","$c"]'],
    ['["\\b\\f\\/\\\\b\\n"]', 'TF_VAR_x', '["\\u0008\\u000c/\\\\b\\n"]'],
  ])('%s for %s', (json, name, wanted) => expect(valueFor(name, json)).toBe(wanted));
});

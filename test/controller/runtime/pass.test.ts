import { describe, expect, test } from '@jest/globals';
import { runPass } from '../../../src/controller/runtime';

/** What a pass did, in words; an action is a number, and each that is applied leaves one less to do. */
function pass(left: number, answers: { fails?: Error; settles?: boolean; gone?: () => boolean } = {}) {
  const done: string[] = [];
  const aborting = new AbortController();
  const steps = {
    gather: () => (answers.gone?.() ? undefined : left),
    decide: (known: number) => ({ actions: known > 0 ? [known] : [], requeueAfterMs: 5_000 }),
    apply: (_: number, action: number): Promise<'settle' | void> => {
      done.push(`apply ${action}`);
      left -= 1;
      return answers.fails ? Promise.reject(answers.fails) : Promise.resolve(answers.settles ? 'settle' : undefined);
    },
    settle: (known: number) => Promise.resolve(void done.push(`settle ${known}`)),
  };
  return { run: () => runPass(steps, aborting.signal), done, abort: () => aborting.abort() };
}

describe('a pass', () => {
  test('settles when nothing is left to do, and says when to look again', async () => {
    const { run, done } = pass(2);
    expect(await run()).toEqual({ requeueAfterMs: 5_000 });
    expect(done).toEqual(['apply 2', 'apply 1', 'settle 0']);
  });

  test('settles after many rounds, too, and asks for another pass at once', async () => {
    const { run, done } = pass(100);
    expect(await run()).toEqual({ requeueAfterMs: 0 });
    expect(done).toHaveLength(13);
    expect(done.at(-1)).toBe('settle 88');
  });

  test('settles after an action that is long work, and asks for another pass at once', async () => {
    const { run, done } = pass(2, { settles: true });
    expect(await run()).toEqual({ requeueAfterMs: 0 });
    expect(done).toEqual(['apply 2', 'settle 1']);
  });

  test('whose action fails settles what is known by then, and fails', async () => {
    const { run, done } = pass(3, { fails: new Error('no') });
    await expect(run()).rejects.toThrow('no');
    expect(done).toEqual(['apply 3', 'settle 2']);
  });

  test('ends without a word when the object is gone', async () => {
    let looks = 0;
    const { run, done } = pass(3, { gone: () => ++looks > 1 });
    expect(await run()).toEqual({});
    expect(done).toEqual(['apply 3']);
  });

  test('that is broken off neither acts nor settles', async () => {
    const { run, done, abort } = pass(3);
    abort();
    await expect(run()).rejects.toThrow('abort');
    expect(done).toEqual([]);
  });
});

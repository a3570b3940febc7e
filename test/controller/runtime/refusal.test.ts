import { describe, expect, it } from '@jest/globals';
import { explainRefusal, KubeError, refusalOf } from '../../../src/controller/runtime';
import { answer, ANSWERS } from './answers';

describe('what an answer of the API server means', () => {
  it.each(ANSWERS)('%s', (_, error, meaning) => {
    expect(refusalOf(error)).toEqual({ ...meaning, key: expect.any(String) });
  });

  it.each([
    ['a request that we broke off', new KubeError({ status: 0, reason: 'Aborted', message: 'aborted' })],
    ['a request that we withheld', new KubeError({ status: 0, reason: 'NotLeading', message: 'not the leader' })],
    ['an error of our own', new TypeError('x')],
  ])('%s is no answer', (_, error) => {
    expect(refusalOf(error)).toBeUndefined();
  });

  it.each([
    [
      'a quota whose figures move',
      'exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=9',
      'exceeded quota: small, requested: pods=1, used: pods=10, limited: pods=10',
    ],
    [
      'a policy that names the Pod',
      'admission webhook "a.b" denied the request: Pod x-1 has no tag',
      'admission webhook "a.b" denied the request: Pod x-2 has no tag',
    ],
  ])('%s stays the same cause', (_, first, second) => {
    expect(refusalOf(answer(403, first))?.key).toBe(refusalOf(answer(403, second))?.key);
  });

  it('tells two causes of one kind apart', () => {
    const keys = ['no tag', 'no limits'].map((words, at) => {
      return refusalOf(answer(403, `admission webhook "hook-${at}" denied the request: ${words}`))?.key;
    });
    expect(new Set(keys).size).toBe(2);
  });
});

describe('what a person reads of a refusal', () => {
  const WISH = {
    object: "the run's Pod",
    verb: 'create',
    namespace: 'team',
    field: 'spec.pod of WorkerPool team/pool',
    then: 'the Pod is then created by itself',
  } as const;

  it.each(ANSWERS)('is one line without our request: %s', (_, error) => {
    const refusal = refusalOf(error);
    if (!refusal) throw new Error('no refusal');
    const sentence = explainRefusal(refusal, WISH);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(sentence).not.toMatch(/POST|\/api\/v1|dryRun|\n/);
    expect(sentence).toContain(refusal.kind === 'namespace-gone' ? 'namespace team' : WISH.object);
  });

  it.each([
    [
      answer(403, 'pods "x" is forbidden: failed quota: total: must specify limits.cpu for: init'),
      "A quota of namespace team can never take the run's Pod as it is: failed quota: total: must specify limits.cpu for: init. Change the resources in spec.pod of WorkerPool team/pool, or the quota; the Pod is then created by itself.",
    ],
    [
      answer(
        500,
        'Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://x/": EOF',
      ),
      'The API server cannot create the run\'s Pod, because an admission webhook does not answer: webhook "a.b": EOF. Mend or remove the webhook; the Pod is then created by itself.',
    ],
  ])('%# says whose it is and what to do', (error, sentence) => {
    const refusal = refusalOf(error);
    if (!refusal) throw new Error('no refusal');
    expect(explainRefusal(refusal, WISH)).toBe(sentence);
  });

  it('cuts what others write at length', () => {
    const refusal = refusalOf(answer(422, 'x'.repeat(5_000)));
    if (!refusal) throw new Error('no refusal');
    expect(explainRefusal(refusal, WISH).length).toBeLessThan(1_000);
  });
});

import { describe, expect, test } from '@jest/globals';
import { KubeError } from '../../../src/controller/runtime';
import { refusal, refusedPod } from '../../../src/controller/worker/refusals';
import { NOW, POOL_REF } from '../run/fixtures';

const answer = (status: number, reason: string, message: string) => new KubeError({ status, reason, message });

describe('an API server that does not take a run’s Pod', () => {
  test.each<[string, unknown, string | undefined, string | undefined]>([
    [
      'because it is invalid',
      answer(
        422,
        'Invalid',
        'POST /api/v1/namespaces/team/pods: Pod "x" is invalid: spec.containers[1].resources.limits[cpu]: Invalid value: "1x"',
      ),
      'PodInvalid',
      'The API server refuses the run\'s Pod as invalid: spec.containers[1].resources.limits[cpu]: Invalid value: "1x". Correct spec.pod of WorkerPool team/pool; the Pod is then created by itself.',
    ],
    [
      'because of a quota',
      answer(
        403,
        'Forbidden',
        'POST /api/v1/namespaces/team/pods: pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
      ),
      'QuotaExceeded',
      "A quota of namespace team has no room for the run's Pod: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10. The Pod is created as soon as there is room.",
    ],
    [
      'because of a policy',
      answer(
        403,
        'Forbidden',
        'POST /api/v1/namespaces/team/pods: pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged',
      ),
      'PodRefused',
      'The API server does not admit the run\'s Pod: violates PodSecurity "restricted:latest": privileged. Change the policy or spec.pod of WorkerPool team/pool; the Pod is then created by itself.',
    ],
    ['is told from one that is not there', answer(0, 'ConnectionFailed', 'no connection'), undefined, undefined],
    ['is told from one that is overloaded', answer(429, 'TooManyRequests', 'later'), undefined, undefined],
    ['is told from an error of ours', new TypeError('x'), undefined, undefined],
  ])('%s', (_what, error, reason, sentence) => {
    expect(refusedPod(error, POOL_REF)?.reason).toBe(reason);
    expect(refusedPod(error, POOL_REF)?.sentence).toBe(sentence);
  });

  test('is asked again ever more rarely, and anew when the pool has changed', () => {
    const why = refusedPod(answer(422, 'Invalid', 'x'), POOL_REF);
    if (!why) throw new Error('not a refusal');
    let last = refusal(why, undefined, 1, NOW);
    const delays = [last.retryAt - NOW];
    for (let count = 0; count < 7; count += 1) {
      last = refusal(why, last, 1, NOW);
      delays.push(last.retryAt - NOW);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(refusal(why, last, 2, NOW).retryAt - NOW).toBe(1_000);
  });
});

import { describe, expect, test } from '@jest/globals';
import { KubeError } from '../../../src/controller/runtime';
import { refusal, refusedPod } from '../../../src/controller/worker/refused-pod';
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
      "A quota of namespace team has no room for the run's Pod: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10. It passes once there is room; the Pod is then created by itself.",
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
    [
      'because of a webhook that is down',
      answer(
        500,
        'InternalError',
        'POST /api/v1/namespaces/team/pods: Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post "https://127.0.0.1:9444/": EOF',
      ),
      'WebhookUnavailable',
      'The API server cannot create the run\'s Pod, because an admission webhook does not answer: webhook "pods.example.com": EOF. Mend or remove the webhook; the Pod is then created by itself.',
    ],
    ['is told from one that is not there', answer(0, 'ConnectionFailed', 'no connection'), undefined, undefined],
    ['is told from one that is overloaded', answer(429, 'TooManyRequests', 'later'), undefined, undefined],
    ['is told from an error of ours', new TypeError('x'), undefined, undefined],
  ])('%s', (_what, error, reason, sentence) => {
    expect(refusedPod(error, POOL_REF)?.reason).toBe(reason);
    expect(refusedPod(error, POOL_REF)?.sentence).toBe(sentence);
  });

  test.each([
    [
      'a quota that is used up',
      403,
      'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
      'StartTimeout',
    ],
    ['a quota that wants limits', 403, 'failed quota: q: must specify limits.cpu for: init', 'ConfigError'],
    [
      'a policy that answers Invalid',
      422,
      "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      'ConfigError',
    ],
    ['a webhook that is down', 500, 'failed calling webhook "a.b": EOF', 'StartTimeout'],
  ])('ends the run, if it lasts: %s', (_, status, message, outcome) => {
    expect(refusedPod(answer(status, 'x', message), POOL_REF)?.outcome).toBe(outcome);
  });

  test('is asked again ever more rarely, and anew when the pool has changed', () => {
    const why = refusedPod(answer(422, 'Invalid', 'x'), POOL_REF);
    if (!why) throw new Error('not a refusal');
    const most = () => 1;
    let last = refusal(why, undefined, 1, NOW, most);
    const delays = [last.retryAt - NOW];
    for (let count = 0; count < 7; count += 1) {
      last = refusal(why, last, 1, NOW, most);
      delays.push(last.retryAt - NOW);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(refusal(why, last, 2, NOW, most).retryAt - NOW).toBe(1_000);
  });

  test('is not asked again by all Workers at once', () => {
    const why = refusedPod(answer(422, 'Invalid', 'x'), POOL_REF);
    if (!why) throw new Error('not a refusal');
    const delays = [0, 0.5, 0.9].map((chance) => refusal(why, undefined, 1, NOW, () => chance).retryAt - NOW);
    expect(delays).toEqual([500, 750, 950]);
  });
});

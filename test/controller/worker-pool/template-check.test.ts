import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/controller/runtime';
import { templateOf, verdictOf } from '../../../src/controller/worker-pool/template-check';
import { aPool } from '../run/fixtures';
import { answer } from '../runtime/answers';

const IMAGES = {
  launcherImage: 'registry.corp.example/launcher:1',
  defaultRunnerImage: 'registry.corp.example/runner:1',
};

describe('what a dry run says of the Pods of a pool', () => {
  it.each<[string, unknown, string, string, RegExp]>([
    [
      'an invalid field',
      answer(422, 'Pod "x-1" is invalid: spec.dnsPolicy: Unsupported value: "Y"'),
      'refused',
      'PodInvalid',
      /^The API server refuses run Pods of this pool as invalid: spec\.dnsPolicy: Unsupported value: "Y"\. Correct spec\.pod; it is checked again by itself\.$/,
    ],
    [
      'a quota',
      answer(403, 'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1'),
      'refused',
      'QuotaExceeded',
      /exceeded quota: small/,
    ],
    [
      'a quota that wants limits',
      answer(403, 'pods "x" is forbidden: failed quota: total: must specify limits.cpu for: init'),
      'refused',
      'PodRefused',
      /must specify limits\.cpu for: init\. Change the resources/,
    ],
    [
      'a policy that answers Invalid',
      answer(422, "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"),
      'refused',
      'PodRefused',
      /Change the policy or spec\.pod/,
    ],
    [
      'a right that is missing',
      answer(403, 'pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "team"'),
      'refused',
      'PermissionDenied',
      /Mend its Role/,
    ],
    [
      'a webhook that is down',
      answer(
        500,
        'Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://x/?timeout=10s": EOF',
      ),
      'unanswered',
      'WebhookUnavailable',
      /^Not checked: .* webhook "a\.b": EOF\. Mend or remove the webhook; it is checked again by itself\.$/,
    ],
    [
      'no answer',
      new KubeError({ status: 0, reason: 'Timeout', message: 'late' }),
      'unanswered',
      'APIServerUnavailable',
      /^Not checked/,
    ],
    ['an error of our own', new TypeError('a bug'), 'unanswered', 'APIServerUnavailable', /^Not checked: a bug$/],
    [
      'a webhook that takes no dry runs',
      answer(400, 'admission webhook "a.b" does not support dry run'),
      'unaskable',
      'NotChecked',
      /^Not checked: /,
    ],
  ])('%s', (_, error, state, reason, message) => {
    const verdict = verdictOf(error, 'team', true);
    expect(verdict).toMatchObject({ state, problem: { reason, message: expect.stringMatching(message) } });
  });

  it.each([
    [
      'nothing when a policy refused images that only stand for the real ones',
      'admission webhook "a.b" denied the request: no',
      'unaskable',
    ],
    [
      'what Pod Security refuses, which looks at no image',
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      'refused',
    ],
    ['what has nothing to do with images', 'maximum memory usage per Container is 1Gi, but limit is 3Gi', 'refused'],
  ])('of unknown images: %s', (_, message, state) => {
    expect(verdictOf(answer(403, message), 'team', false).state).toBe(state);
  });
});

describe('the Pod that is asked about', () => {
  const memory = (pod = {}, images?: typeof IMAGES) => {
    const pool = { ...aPool(), spec: { ...aPool().spec, pod } };
    return { pool, ...(images && { images }) };
  };
  const imagesOf = (asked: ReturnType<typeof templateOf>) =>
    [...(asked.pod.spec.initContainers ?? []), ...asked.pod.spec.containers].map(({ image }) => image);

  it('has the images that the control plane names', () => {
    const asked = templateOf(memory({}, IMAGES));
    expect(asked.imagesKnown).toBe(true);
    expect(new Set(imagesOf(asked))).toEqual(new Set(Object.values(IMAGES)));
  });

  it.each([
    ['none', {}, false],
    ['one of them', { launcherImage: 'a' }, false],
    ['both', IMAGES, true],
  ])('has known images before the control plane was heard, when the pool sets %s', (_, pod, known) => {
    expect(templateOf(memory(pod)).imagesKnown).toBe(known);
  });

  it('is another one when Pods or images change, and not when the pool is scaled', () => {
    const { key } = templateOf(memory({}, IMAGES));
    expect(templateOf(memory({ dnsPolicy: 'Default' }, IMAGES)).key).not.toBe(key);
    expect(templateOf(memory({}, { ...IMAGES, launcherImage: 'other' })).key).not.toBe(key);
    const scaled = memory({}, IMAGES);
    expect(templateOf({ ...scaled, pool: { ...scaled.pool, spec: { ...scaled.pool.spec, poolSize: 9 } } }).key).toBe(
      key,
    );
  });
});

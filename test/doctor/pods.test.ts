import { describe, expect, it } from '@jest/globals';
import type { Container } from '../../src/api';
import { numberOf, usageOf } from '../../src/doctor/resources';
import { matches } from '../../src/doctor/selector';
import { referencesOf } from '../../src/doctor/subjects/pods';
import { pool, runPod } from './cases/fixtures';

const container = (cpu: string, memory = '0', more: object = {}): Container => ({
  name: 'c',
  resources: { requests: { cpu, memory } },
  ...more,
});

describe('what a Pod takes of a quota', () => {
  it('is the sum of its containers and sidecars, or its greatest init container', () => {
    const sidecar = container('100m', '1Gi', { restartPolicy: 'Always' });
    const spec = {
      initContainers: [sidecar, container('2')],
      containers: [container('500m', '512Mi'), container('1')],
    };
    expect(usageOf({ spec })).toMatchObject({
      ...{ pods: 1, 'count/pods': 1, 'requests.cpu': 2.1, cpu: 2.1 },
      'requests.memory': 1.5 * 2 ** 30,
      'limits.cpu': 0,
    });
  });

  it.each([
    ['100m', 0.1],
    ['1Gi', 2 ** 30],
    ['2', 2],
    [3, 3],
    ['many', undefined],
    [undefined, undefined],
  ])('is counted in numbers: %s', (text, number) => expect(numberOf(text)).toBe(number));
});

describe('what a Pod names', () => {
  it('is all that has to be there, once, and nothing that is optional', () => {
    const of = pool({
      spec: {
        pod: {
          serviceAccountName: 'runner',
          imagePullSecrets: [{ name: 'registry' }],
          volumes: [
            { name: 'a', configMap: { name: 'files' } },
            { name: 'b', configMap: { name: 'perhaps', optional: true } },
            { name: 'c', secret: { secretName: 'ssh' } },
            { name: 'd', persistentVolumeClaim: { claimName: 'cache' } },
            { name: 'e', projected: { sources: [{ configMap: { name: 'parts' } }] } },
          ],
          workerContainer: {
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'ssh', key: 'a' } } }],
            envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'maybe', optional: true } }],
          },
        },
      },
    });
    expect(referencesOf(runPod(of)).map(({ resource: { kind }, name }) => `${kind} ${name}`)).toEqual([
      'ServiceAccount runner',
      'ConfigMap files',
      'Secret ssh',
      'PersistentVolumeClaim cache',
      'ConfigMap parts',
      'ConfigMap settings',
      'Secret registry',
    ]);
  });
});

describe('a selector', () => {
  const labels = { team: 'network' };
  it.each([
    [{}, true],
    [undefined, false],
    [{ matchLabels: { team: 'network' } }, true],
    [{ matchLabels: { team: 'data' } }, false],
    [{ matchExpressions: [{ key: 'team', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'other', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['network'] }] }, false],
    [{ matchExpressions: [{ key: 'team', operator: 'Invented' }] }, false],
  ])('%j selects the Pod: %s', (selector, expected) => expect(matches(selector, labels)).toBe(expected));
});

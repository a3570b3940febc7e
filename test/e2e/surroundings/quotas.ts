import type { Fixture } from '../fixtures/fixture';

const quota = (hard: object) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'quota' },
  spec: { hard },
});
const limitRange = (limit: object) => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'limits' },
  spec: { limits: [{ type: 'Container', ...limit }] },
});
/** Takes the place of a run's Pod, and no node. */
const BLOCKER = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'blocker' },
  spec: { nodeSelector: { 'example.com/no': 'node' }, containers: [{ name: 'none', image: 'none' }] },
};

export const QUOTAS: readonly Fixture[] = [
  {
    name: 'a quota that is used up is waited for, and the Pod is made when there is room',
    objects: [BLOCKER, quota({ pods: '1' })],
    happens: async (scene) => {
      await scene.waitsFor('QuotaExceeded', 'A quota of namespace ', 'It passes once there is room');
      await scene.kubectl('delete', 'pod', 'blocker', '--now');
    },
    outcome: 'Succeeded',
  },
  {
    name: 'a quota that wants requests which the pool does not make ends the run with what to set',
    objects: [quota({ 'requests.cpu': '1' })],
    lasts: true,
    happens: (scene) => scene.waitsFor('PodRefused', "can never take the run's Pod as it is", 'requests.cpu'),
    outcome: 'ConfigError',
    says: ["can never take the run's Pod as it is: ", 'Change the resources in spec.pod of WorkerPool '],
  },
  {
    name: 'a LimitRange that allows less than the pool asks for ends the run with what to change',
    objects: [limitRange({ max: { memory: '512Mi' } })],
    pool: { pod: { workerContainer: { resources: { limits: { memory: '1Gi' } } } } },
    lasts: true,
    happens: (scene) => scene.waitsFor('PodRefused', "does not allow the run's Pod", 'maximum memory usage'),
    outcome: 'ConfigError',
    says: ["does not allow the run's Pod: ", 'Change the resources in spec.pod of WorkerPool ', 'or the LimitRange'],
  },
  {
    name: 'a LimitRange whose default is too small for init is named as what killed it',
    objects: [limitRange({ default: { memory: '24Mi' } })],
    outcome: 'OutOfMemory',
    says: [
      'Container init was killed because it needed more than its memory limit of 24Mi, which a LimitRange of namespace ',
      'set spec.pod.initContainer.resources.limits.memory of WorkerPool ',
    ],
  },
];

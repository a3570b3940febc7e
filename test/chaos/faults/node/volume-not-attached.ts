import { sceneFault } from '../../labs/node/scene';

export const fault = sceneFault({
  kind: 'node/volume-not-attached',
  title: 'a volume of the Pod cannot be attached: its driver is not on the node',
  userSees:
    'After a minute log, event and condition say that no container can begin, most likely for want of a volume; the events of the kubelet name it. After the start deadline the run ends as StartTimeout.',
  why: 'The Pod never starts; the controller deletes it after the deadline, and nothing was begun.',
  fixture: {
    name: 'StartTimeout: a volume that cannot be attached',
    pool: {
      pod: {
        volumes: [{ name: 'of-nobody', csi: { driver: 'nobody.example.com' } }],
        workerContainer: { volumeMounts: [{ name: 'of-nobody', mountPath: '/of-nobody' }] },
      },
    },
    happens: (scene) => scene.waitsFor('PodPending', 'a volume cannot be attached or mounted'),
    outcome: 'StartTimeout',
    says: [/did not start in time. No container of the Pod can begin on its node/],
  },
});

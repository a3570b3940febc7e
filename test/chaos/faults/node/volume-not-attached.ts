import { sceneFault } from '../../labs/node/scene';

export const fault = sceneFault({
  kind: 'node/volume-not-attached',
  title: 'a volume of the Pod cannot be attached: its driver is not on the node',
  userSees: 'After the start deadline the run ends as StartTimeout; the event of the kubelet names the volume.',
  why: 'The Pod never starts; the controller deletes it after the deadline, and nothing was begun.',
  fixture: {
    name: 'StartTimeout: a volume that cannot be attached',
    pool: {
      pod: {
        volumes: [{ name: 'of-nobody', csi: { driver: 'nobody.example.com' } }],
        workerContainer: { volumeMounts: [{ name: 'of-nobody', mountPath: '/of-nobody' }] },
      },
    },
    outcome: 'StartTimeout',
    says: [/did not start in time/],
  },
});

import type { Fixture } from '../fixtures/fixture';

const MISSING = 'localhost:5/nobody/has-this:1';
const UPPER_CASE = 'localhost:5/Nobody/has-this:1';

/** That of the worker has ten minutes, because the run has begun by then: test/e2e/surroundings/images.ts has what is said meanwhile. */
export const imageNotThere: Fixture = {
  name: 'ImagePull: the image of the launcher cannot be pulled until the start deadline',
  pool: { pod: { launcherImage: MISSING } },
  lasts: true,
  happens: (scene) => scene.waitsFor('ImagePull', `The image "${MISSING}" of container init cannot be pulled: `),
  outcome: 'ImagePull',
  says: [
    `The run's Pod did not start in time. The image "${MISSING}" of container init cannot be pulled: `,
    'Check its name and tag, and spec.pod.imagePullSecrets of WorkerPool ',
  ],
};

export const imageNameInvalid: Fixture = {
  name: 'ImagePull: the image has a name that none can have, so that the run ends at once',
  pool: { pod: { defaultRunnerImage: UPPER_CASE } },
  outcome: 'ImagePull',
  says: [`The image "${UPPER_CASE}" of container worker is not a valid image name: correct it in the stack`],
};

export const imageNeverPulled: Fixture = {
  name: 'ImagePull: the image is not on the node, and the pool has it pulled from nowhere',
  image: { reference: MISSING },
  pool: { pod: { workerContainer: { imagePullPolicy: 'Never' } } },
  outcome: 'ImagePull',
  says: ['is not on the node, and its imagePullPolicy is Never: load it there, or change '],
};

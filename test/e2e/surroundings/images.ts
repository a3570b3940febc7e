import { SAID, SAY_SO } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

const MISSING = 'localhost:5/nobody/has-this:1';
const NEEDS = 'The image needs a POSIX sh at /bin/sh with cat, env, mv and sleep';

export const IMAGES: readonly Fixture[] = [
  { name: 'an image of busybox alone runs the steps', image: 'busybox', outcome: 'Succeeded' },
  {
    name: 'an image whose sh is bash runs the steps',
    image: 'bash-as-sh',
    command: `readlink /bin/sh && ${SAY_SO}`,
    outcome: 'Succeeded',
    logs: ['bash', SAID],
  },
  {
    name: 'an image with an entry point and a folder of its own runs the steps, and not those',
    image: 'odd-entry-point',
    outcome: 'Succeeded',
  },
  {
    name: 'an image with a user of its own, whose home cannot be there, runs the steps as the user of the pool',
    image: 'own-user',
    command: `echo "home is $HOME, user $(id -u)" && touch note && ${SAY_SO}`,
    outcome: 'Succeeded',
    logs: ['home is /proc/self/nowhere, user 1983', SAID],
  },
  {
    name: 'an image that cannot be pulled is named at once: in the log, on the Worker and as an event',
    image: { reference: MISSING },
    happens: async (scene) => {
      await scene.waitsFor(
        'ImagePull',
        `The image "${MISSING}" of container worker cannot be pulled: `,
        'Check its name and tag, and spec.pod.imagePullSecrets of WorkerPool ',
      );
      await scene.installation.stop(scene.runId);
    },
    outcome: 'Cancelled',
    afterwards: (scene) => scene.idle(),
  },
  {
    name: 'an image without a shell ends the run at once with what it needs',
    image: 'without-shell',
    outcome: 'ConfigError',
    says: ['Container worker cannot start from its image "', NEEDS],
    afterwards: (scene) => scene.idle(),
  },
  {
    name: 'an image for another processor ends the run at once with what it needs',
    image: 'other-processor',
    outcome: 'ConfigError',
    says: ['exec format error. ', `${NEEDS}, for the processor of its node.`],
  },
  {
    name: 'an image without a program that the shim needs ends the run at once with its name',
    image: 'without-mv',
    outcome: 'ConfigError',
    says: ["The runner image has no 'mv' in its PATH", 'It needs a POSIX sh with cat, env, mv and sleep.'],
  },
];

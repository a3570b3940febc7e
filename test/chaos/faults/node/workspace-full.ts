import { SAID, SAY_SO } from '../../../e2e/fixtures/commands';
import { sceneFault } from '../../labs/node/scene';

export const fault = sceneFault({
  kind: 'node/workspace-full',
  title: 'the disk of the workspace is full while a step writes (a volume of 16 MiB)',
  userSees: 'The step says "No space left on device" in the log and fails; the log is whole.',
  why: 'What the step says does not lie in the workspace, but in the exchange folder.',
  fixture: {
    name: 'UserFailed: the disk of the workspace is full',
    pool: { pod: { workspaceVolume: { name: 'small', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } } } },
    command: `${SAY_SO}; head -c 33554432 /dev/zero >filler`,
    outcome: 'UserFailed',
    says: [/exit code 1/],
    logs: [SAID, 'No space left on device'],
  },
});

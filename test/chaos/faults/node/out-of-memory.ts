import { outOfMemory } from '../../../e2e/outcomes/out-of-memory';
import { sceneFault } from '../../labs/node/scene';

export const fault = sceneFault({
  kind: 'node/out-of-memory',
  title: 'a step needs more memory than its container may have, and the kernel kills it',
  userSees: 'The run ends as OutOfMemory, which names the field that raises the limit.',
  why: 'The shim reads from its control group that the kernel killed a process of the container.',
  fixture: outOfMemory,
});

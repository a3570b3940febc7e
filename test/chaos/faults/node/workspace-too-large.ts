import { evicted } from '../../../e2e/outcomes/evicted';
import { sceneFault } from '../../labs/node/scene';

export const fault = sceneFault({
  kind: 'node/workspace-too-large',
  title: 'the workspace grows over the sizeLimit of its volume, and the kubelet evicts the Pod',
  userSees: 'The run ends as Evicted, in the words of the kubelet: which volume, and its limit.',
  why: 'The relay tells the end of the step, the controller the cause, which it reads from the Pod.',
  fixture: evicted,
});

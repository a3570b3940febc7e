import { imageNotThere } from '../../../e2e/outcomes/image-pull';
import { sceneFault } from '../../labs/node/scene';

export const fault = sceneFault({
  kind: 'node/image-cannot-be-pulled',
  title: 'an image of a run cannot be pulled until its start deadline',
  userSees:
    'Log, event and condition name the image and the container at once; after the deadline the run ends as ImagePull.',
  why: 'The controller reads from the Pod what keeps it; a run that has not begun has its start deadline.',
  fixture: imageNotThere,
});

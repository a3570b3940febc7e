import { addCustomResourceDefinitions } from '../../constructs/custom-resource-definitions';
import { VERSION } from '../../constructs/version';
import type { HelmChart } from '../chart';
import { flag, group, stringMap } from '../values';

const values = group('Values of the definitions of WorkerPool and Worker.', {
  install: flag(true, 'Read by the parent chart: whether this chart is rendered at all.'),
  annotations: stringMap({}, 'Annotations of both definitions.'),
});

/** The definitions as ordinary templates, so that `helm upgrade` upgrades them too. */
export const crdsChart: HelmChart<typeof values.members> = {
  name: 'crds',
  version: VERSION,
  appVersion: VERSION,
  description: 'The definitions of WorkerPool and Worker.',
  values,
  build: (scope, given) => addCustomResourceDefinitions(scope, given.annotations),
};

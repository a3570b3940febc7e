import { addCustomResourceDefinitions, KEPT_BY_HELM } from './custom-resource-definitions';
import { ifAny, merge, when } from '../../charting/deferred';
import { CHART_ORIGIN } from '../shared/repository';
import { VERSION } from '../shared/version';
import type { HelmChart } from '../../charting/chart';
import { condition, flag, group, stringMap } from '../../charting/values';

const values = group('Values of the CRDs of WorkerPool and Worker.', {
  install: condition(true, 'Read by the parent chart: whether this chart is rendered at all.'),
  keep: flag(true, 'Whether Helm leaves the CRDs, and so every WorkerPool, when the release goes.'),
  annotations: stringMap({}, 'Annotations of both CRDs.'),
});

/** The CRDs as ordinary templates, so that `helm upgrade` upgrades them too. */
export const crdsChart: HelmChart<typeof values.members> = {
  name: 'crds',
  version: VERSION,
  appVersion: VERSION,
  description: 'The CRDs of WorkerPool and Worker.',
  values,
  catalogue: CHART_ORIGIN,
  build: (scope, { keep, annotations }) =>
    // No annotation at all, then: Helm leaves what has the annotation with any value.
    addCustomResourceDefinitions(scope, when(keep, merge(KEPT_BY_HELM, annotations), ifAny(annotations))),
};

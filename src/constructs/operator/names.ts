import type { ReleaseContext } from '../../charting/chart';
import { concat, cut, ifAny, orElse, text, when, type Later, type StringMap } from '../../charting/deferred';
import { LABEL_LIMIT } from '../../charting/kubernetes-names';
import type { ValuesOf } from '../../charting/values';
import { imageReference, objectLabels } from '../shared/global-values';
import { pullSecrets } from '../shared/image-pull-secrets';
import { CONTROL_PLANE } from './constants';
import type { operatorValues } from './values';

export type OperatorValues = ValuesOf<typeof operatorValues.members>;

/** Metadata of an object of the operator whose name ends so. */
export function metadata(values: OperatorValues, context: ReleaseContext, suffix: string) {
  return {
    name: text(context.fullName, suffix),
    namespace: context.namespace,
    labels: objectLabels(values, context),
    annotations: ifAny(values.commonAnnotations),
  };
}

/** By which Deployment and Service find the Pods; must never change for a release. */
export function podSelector({ selectorLabels }: ReleaseContext): StringMap {
  return { ...selectorLabels, ...CONTROL_PLANE };
}

export function serviceAccountName({ controllerManager }: OperatorValues, { fullName }: ReleaseContext): Later<string> {
  const { create, name } = controllerManager.serviceAccount;
  const own = cut(text(fullName, '-controller-manager'), LABEL_LIMIT);
  return orElse(name, when(create, own, 'default') ?? own);
}

/** What the controller's Pod and the Pod of `helm test` have in common. */
export function controllerImage({ controllerManager, global }: OperatorValues, { appVersion }: ReleaseContext) {
  const { repository, tag, digest } = controllerManager.manager.image;
  return imageReference({ repository, digest, tag: orElse(tag, appVersion) }, global);
}

export function controllerPullSecrets({ controllerManager, global }: OperatorValues) {
  return pullSecrets(concat(global.imagePullSecrets, controllerManager.imagePullSecrets));
}

/** Name of the metrics' Service and ServiceMonitor. */
export function metricsServiceName(context: ReleaseContext): Later<string> {
  return context.serviceName('-metrics-service');
}

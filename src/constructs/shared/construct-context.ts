import type { ReleaseContext } from '../../charting/chart';
import { serviceName } from '../../charting/kubernetes-names';

/** What a construct has in the place of a Helm release. */
export interface ConstructRelease {
  /** Name of the chart that makes the same objects. */
  readonly chart: string;
  readonly appVersion: string;
  /** What the name of every object begins with. */
  readonly name: string;
  readonly namespace: string;
}

/** What the manifests of a chart are told of a construct. */
export function constructContext({ chart, appVersion, name, namespace }: ConstructRelease): ReleaseContext {
  const selectorLabels = { 'app.kubernetes.io/name': chart, 'app.kubernetes.io/instance': name };
  return {
    releaseName: name,
    namespace,
    labels: {
      ...selectorLabels,
      'app.kubernetes.io/version': appVersion,
      'app.kubernetes.io/managed-by': 'cdk8s',
    },
    selectorLabels,
    fullName: name,
    serviceName: (suffix) => serviceName(name, suffix),
    appVersion,
    isInstall: true,
    serves: () => false,
    hasCluster: false,
  };
}

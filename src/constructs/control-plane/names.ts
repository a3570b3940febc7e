import type { ReleaseContext } from '../../charting/chart';
import { and, concat, ifAny, isEmpty, merge, not, or, orElse, text, when, type Later } from '../../charting/deferred';
import type { ValuesOf } from '../../charting/values';
import { imageReference, objectLabels } from '../shared/global-values';
import { pullSecrets } from '../shared/image-pull-secrets';
import { PORT } from './constants';
import type { controlPlaneValues } from './values';

export type ControlPlaneValues = ValuesOf<typeof controlPlaneValues.members>;

/** Labels and annotations of one object, beside those of all. */
interface Own {
  readonly labels?: Later<Readonly<Record<string, string>>>;
  readonly annotations?: Later<Readonly<Record<string, string>>>;
}

/** Metadata of an object of the control plane whose name ends so. */
export function metadata(values: ControlPlaneValues, context: ReleaseContext, suffix = '', own: Own = {}) {
  return {
    name: suffix === '' ? context.fullName : text(context.fullName, suffix),
    namespace: context.namespace,
    labels: own.labels === undefined ? objectLabels(values, context) : merge(objectLabels(values, context), own.labels),
    annotations: ifAny(merge(own.annotations, values.commonAnnotations)),
  };
}

export function serviceAccountName(
  { serviceAccount }: ControlPlaneValues,
  { fullName }: ReleaseContext,
): Later<string> {
  return orElse(serviceAccount.name, when(serviceAccount.create, fullName, 'default') as Later<string>);
}

/** By it the Prometheus operator calls the job, too. */
export const metricsServiceName = ({ fullName }: ReleaseContext): Later<string> => text(fullName, '-metrics');

/** What the control plane's Pods and the Pod of `helm test` have in common. */
export function programImage({ image, global }: ControlPlaneValues, { appVersion }: ReleaseContext): Later<string> {
  const { repository, tag, digest } = image;
  return imageReference({ repository, digest, tag: orElse(tag, appVersion) }, global);
}

export function programPullSecrets({ imagePullSecrets, global }: ControlPlaneValues) {
  return pullSecrets(concat(global.imagePullSecrets, imagePullSecrets));
}

/** Name of the port of HTTPS, or of HTTP where somebody else ends TLS. */
export function webPort({ tls }: ControlPlaneValues): Later<string> {
  return when(tls.enabled, 'https', 'http') as Later<string>;
}

/** The address of the Service inside the cluster. */
export function serviceUrl(values: ControlPlaneValues, { fullName, namespace }: ReleaseContext): Later<string> {
  return text(webPort(values), '://', fullName, '.', namespace, `.svc:${PORT.https}`);
}

/** Whether the broker inside the program serves MQTT. */
export function hasOwnBroker({ mqtt }: ControlPlaneValues): Later<boolean> {
  return and(mqtt.enabled, isEmpty(mqtt.broker.url));
}

/** Whether nothing is kept on a volume, so that Pods come and go as they like. */
export function isStateless({ database, keys, blobs }: ControlPlaneValues): Later<boolean> {
  const outside = [database.existingSecret, keys.existingSecret, blobs.s3.bucket];
  return and(...outside.map((place) => not(isEmpty(place))));
}

/** Whether the control plane has to reach anything. */
export function reachesOut({ database, blobs, mqtt }: ControlPlaneValues): Later<boolean> {
  const outside = [database.existingSecret, blobs.s3.bucket, mqtt.broker.url];
  return or(...outside.map((place) => not(isEmpty(place))));
}

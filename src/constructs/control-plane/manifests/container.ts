import type { k8s } from 'cdk8s-plus-28';
import type { ReleaseContext } from '../../../charting/chart';
import { concat, ifAny, ifSet, isEmpty, not, when, type Later } from '../../../charting/deferred';
import type { Template } from '../../../charting/manifest';
import { CONFIG_FILE, DATA_VOLUME, METRICS, PATH, PORT } from '../constants';
import { hasOwnBroker, programImage, webPort, type ControlPlaneValues } from '../names';

type EnvironmentVariable = Template<k8s.EnvVar>;

/** How long the first start with a new version may take: it migrates the database before it serves. */
const STARTUP = { periodSeconds: 5, failureThreshold: 120 };

/** The control plane's only container. */
export function programContainer(values: ControlPlaneValues, context: ReleaseContext) {
  const probe = (path: string) => ({ httpGet: { path, port: METRICS } });
  return {
    name: 'control-plane',
    image: programImage(values, context),
    imagePullPolicy: ifSet(values.image.pullPolicy),
    args: ifAny(values.extraArgs),
    env: environment(values),
    envFrom: ifAny(values.extraEnvFrom),
    ports: concat<object>(
      [{ name: webPort(values), containerPort: PORT.https, protocol: 'TCP' }],
      when(hasOwnBroker(values), [{ name: 'mqtts', containerPort: PORT.mqtts, protocol: 'TCP' }]),
      [{ name: METRICS, containerPort: PORT.metrics, protocol: 'TCP' }],
    ),
    // At a listener of their own, which no stranger can keep busy.
    startupProbe: { ...probe('/healthz'), ...STARTUP },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 20, timeoutSeconds: 5 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, timeoutSeconds: 5 },
    securityContext: ifAny(values.securityContext),
    resources: ifAny(values.resources),
    volumeMounts: concat<Template<k8s.VolumeMount>>(
      [
        { name: DATA_VOLUME, mountPath: PATH.data },
        { name: 'tmp', mountPath: '/tmp' },
        { name: 'config', mountPath: PATH.config, readOnly: true },
      ],
      when(has(values.keys.existingSecret), [{ name: 'keys', mountPath: PATH.keys, readOnly: true }]),
      when(has(values.tls.existingSecret), [{ name: 'tls', mountPath: PATH.tls, readOnly: true }]),
      when(has(values.mqtt.broker.existingSecret), [{ name: 'broker', mountPath: PATH.broker, readOnly: true }]),
      values.extraVolumeMounts,
    ),
  };
}

/** Where the program finds its file, which its commands inside the Pod find there too. */
export const configVariable: EnvironmentVariable = {
  name: 'WORKER_POOLS_CONFIG',
  value: `${PATH.config}/${CONFIG_FILE}`,
};

/** Where a database outside is. */
export const databaseVariable = ({ database }: ControlPlaneValues) =>
  when(has(database.existingSecret), [secret('WORKER_POOLS_DATABASE_URL', database.existingSecret, database.urlKey)]);

/** Where the program finds its file, and secrets. */
function environment(values: ControlPlaneValues) {
  const { apiKey, blobs, traces, extraEnv } = values;
  return concat<EnvironmentVariable>(
    [configVariable],
    when(has(apiKey.existingSecret), [
      secret('WORKER_POOLS_API_KEY_ID', apiKey.existingSecret, apiKey.idKey),
      secret('WORKER_POOLS_API_KEY_SECRET', apiKey.existingSecret, apiKey.secretKey),
    ]),
    databaseVariable(values),
    when(
      has(blobs.s3.existingSecret),
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((key) => secret(key, blobs.s3.existingSecret, key)),
    ),
    when(has(traces.endpoint), [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: traces.endpoint }]),
    extraEnv,
  );
}

function secret(variable: string, name: Later<string>, key: Later<string>): EnvironmentVariable {
  return { name: variable, valueFrom: { secretKeyRef: { name, key } } };
}

const has = (reference: Later<string>): Later<boolean> => not(isEmpty(reference));

import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { IMAGE, SHUTDOWN_DELAY_SECONDS } from '../../../api';
import type { ReleaseContext } from '../../../charting/chart';
import { and, ifAny, ifSet, isEmpty, isSet, not, or, orElse, text, when, type Later } from '../../../charting/deferred';
import { document } from '../../../charting/document';
import { addManifest } from '../../../charting/manifest';
import { CONFIG_FILE, CONTROL_PLANE_NAME, PATH, PORT } from '../constants';
import { hasOwnBroker, isStateless, metadata, serviceUrl, type ControlPlaneValues } from '../names';
import { refusals } from './refusals';

/** The file that tells the program how to serve. No secret is in it. */
export function configFile(values: ControlPlaneValues, context: ReleaseContext): Later<string> {
  const { tls, mqtt, keys } = values;
  const ofThisVersion = (image: string) => text(`${image}:`, context.appVersion);
  return document(`${CONTROL_PLANE_NAME}.config`, {
    listen: `[::]:${PORT.https}`,
    metricsPort: PORT.metrics,
    dataDir: PATH.data,
    publicUrl: orElse(values.publicUrl, serviceUrl(values, context)),
    launcherImage: orElse(values.launcherImage, ofThisVersion(IMAGE.launcher)),
    defaultRunnerImage: orElse(values.defaultRunnerImage, ofThisVersion(IMAGE.runner)),
    defaultAnsibleRunnerImage: when(not(isEmpty(values.defaultAnsibleRunnerImage)), values.defaultAnsibleRunnerImage),
    web: values.web,
    logLevel: values.logLevel,
    traces: when(values.traces.enabled, true),
    shutdownGraceSeconds: values.shutdownGraceSeconds,
    // One with a volume has nobody who could take over.
    shutdownDelaySeconds: when(isStateless(values), SHUTDOWN_DELAY_SECONDS),
    startDeadlineSeconds: ifSet(values.startDeadlineSeconds),
    tls: when(not(tls.enabled), false),
    tlsDir: when(not(isEmpty(tls.existingSecret)), PATH.tls),
    tlsSans: ifAny(tls.sans),
    trustedProxies: ifAny(values.trustedProxies),
    webhookNetworks: ifAny(values.webhookNetworks),
    mqtt: when(not(mqtt.enabled), false),
    mqttPort: when(hasOwnBroker(values), PORT.mqtts),
    mqttUrl: when(and(hasOwnBroker(values), not(isEmpty(mqtt.url))), mqtt.url),
    mqttBroker: when(not(isEmpty(mqtt.broker.url)), brokerConfig(values)),
    keysDir: when(not(isEmpty(keys.existingSecret)), PATH.keys),
    blobs: when(or(isSet(values.blobs.minFreeMiB), not(isEmpty(values.blobs.s3.bucket))), blobsConfig(values)),
    retention: when(or(...Object.values(values.retention).map(isSet)), retentionConfig(values)),
  });
}

function brokerConfig({ mqtt }: ControlPlaneValues) {
  const { url, clientUrl, existingSecret } = mqtt.broker;
  const file = (name: string) => when(not(isEmpty(existingSecret)), `${PATH.broker}/${name}`);
  return {
    url,
    clientUrl: ifAny(clientUrl),
    caFile: file('ca.crt'),
    certFile: file('tls.crt'),
    keyFile: file('tls.key'),
  };
}

function blobsConfig(values: ControlPlaneValues) {
  const { minFreeMiB, s3 } = values.blobs;
  return { minFreeMiB: ifSet(minFreeMiB), s3: when(not(isEmpty(s3.bucket)), s3Config(values)) };
}

function s3Config({ blobs }: ControlPlaneValues) {
  const { bucket, prefix, endpoint, region, forcePathStyle } = blobs.s3;
  return {
    bucket,
    prefix: ifAny(prefix),
    endpoint: ifAny(endpoint),
    region: ifAny(region),
    forcePathStyle: when(forcePathStyle, true),
  };
}

function retentionConfig({ retention }: ControlPlaneValues) {
  const { runDays, runsPerStack, logDays, logMiBPerRun, stateVersions, auditDays, auditEntries } = retention;
  return {
    runDays: ifSet(runDays),
    runsPerStack: ifSet(runsPerStack),
    logDays: ifSet(logDays),
    logMiBPerRun: ifSet(logMiBPerRun),
    stateVersions: ifSet(stateVersions),
    auditDays: ifSet(auditDays),
    auditEntries: ifSet(auditEntries),
  };
}

/** The ConfigMap with that file. It is there in any case, so that what cannot work is refused here. */
export function addConfig(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  addManifest<k8s.KubeConfigMapProps>(
    scope,
    'configmap',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(values, context),
      data: { [CONFIG_FILE]: configFile(values, context) },
    },
    { refusals: refusals(values, context) },
  );
}

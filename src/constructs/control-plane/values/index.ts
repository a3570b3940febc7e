import { ANSIBLE_RUNNER_IMAGE, IMAGE, RETENTION } from '../../../api';
import { ORIGIN } from '../../../charting/kubernetes-names';
import {
  flag,
  group,
  integer,
  integerOrNull,
  optionalEnum,
  optionalFlag,
  optionalInteger,
  optionalIntOrPercent,
  string,
  stringMap,
  strings,
} from '../../../charting/values';
import {
  DIGEST,
  globalValues,
  LABEL_VALUE,
  OPTIONAL_NAME,
  PULL_POLICIES,
  secretNames,
} from '../../shared/global-values';
import { ControlPlaneLogLevel, ControlPlaneWeb } from '../props/serving';
import { backupValues } from './backup';
import { exposureValues } from './exposure';
import { tracesValues } from './observability';
import { podValues } from './pod';
import { storageValues } from './storage';

const ownImage = (containers: string, image: string) =>
  string('', `Image of ${containers}. Empty means ${image}, with the chart's appVersion.`);

const unset = (value: number): string => `Unset means ${value}.`;

/** Values of the control plane's chart. */
export const controlPlaneValues = group('Values of the control plane of worker pools.', {
  enabled: optionalFlag(
    'For a chart that has this one among its dependencies, as their condition. Read by Helm alone.',
  ),
  global: globalValues,
  nameOverride: string('', "Replaces the chart's name in object names and labels.", { pattern: LABEL_VALUE }),
  fullnameOverride: string('', 'Replaces what every object name begins with.', { pattern: OPTIONAL_NAME }),
  commonLabels: stringMap({}, 'More labels of every object. The labels that it has anyway win.'),
  commonAnnotations: stringMap({}, 'Annotations of every object. Those of a single object win.'),
  replicas: integerOrNull(
    1,
    'Number of Pods. Several need everything outside of them: database, keys, blobs and MQTT broker. 0 stops the control plane, as for a restore; runs that have started go on meanwhile.',
  ),
  image: group('Image of the control plane.', {
    repository: string(IMAGE.controlPlane, 'Registry and repository.', { minLength: 1 }),
    tag: string('', "Tag; empty means the chart's appVersion."),
    digest: DIGEST,
    pullPolicy: optionalEnum(
      PULL_POLICIES,
      'When the image is pulled. Unset means that Kubernetes decides by the tag.',
    ),
  }),
  imagePullSecrets: secretNames('Secrets for pulling the image'),
  launcherImage: ownImage('the containers `init` and `launcher-grpc` of run Pods', IMAGE.launcher),
  defaultRunnerImage: ownImage('the container `worker` for stacks that name none', IMAGE.runner),
  defaultAnsibleRunnerImage: string(
    '',
    `Image of the container \`worker\` for stacks that Ansible runs, and that name none. Empty means ${ANSIBLE_RUNNER_IMAGE}.`,
  ),
  publicUrl: string(
    '',
    "Address that operators and run Pods reach the control plane at. It is written into every token, so decide on it first. Empty means the Service's, which only its own cluster reaches.",
    ORIGIN,
  ),
  tls: group('Who ends TLS.', {
    enabled: flag(
      true,
      'Whether the control plane speaks TLS. Its certificate is of its own authority, which every token carries, or of existingSecret. If false, a proxy such as the ingress ends TLS, with a certificate that the worker Pods trust anyway.',
    ),
    existingSecret: string(
      '',
      'Secret with the certificate that the control plane shows, as cert-manager writes it: tls.crt, tls.key and ca.crt, the latter unless everybody trusts it. It is taken again when it changes. Empty means one of its own authority, which it renews by itself.',
    ),
    sans: strings([], 'More names and addresses for the server certificate, beside those of the public URL.'),
  }),
  apiKey: group('The API key of people and programs.', {
    existingSecret: string(
      '',
      'Secret that holds it. Empty means admin-key.json of keys.existingSecret, or that it is made at the first start and kept on the volume.',
    ),
    idKey: string('id', 'Key of the Secret with the identifier.', { minLength: 1 }),
    secretKey: string('secret', 'Key of the Secret with the secret, of at least 16 characters.', { minLength: 1 }),
  }),
  web: string(
    ControlPlaneWeb.API_KEY,
    'Who may look at the web page. "basic" asks for the API key, "open" shows it to everybody who reaches it, logs included.',
    { enum: Object.values(ControlPlaneWeb) },
  ),
  logLevel: string(ControlPlaneLogLevel.INFO, 'Least level that is logged.', {
    enum: Object.values(ControlPlaneLogLevel),
  }),
  startDeadlineSeconds: optionalInteger(
    1,
    'Seconds that a run Pod may take to start. Unset means as long as the program has it.',
  ),
  retention: group('What is kept of what is over.', {
    runDays: optionalInteger(0, `Days that an ended run is kept, where 0 is for ever. ${unset(RETENTION.runDays)}`),
    runsPerStack: optionalInteger(
      0,
      `The newest runs of each stack, kept whatever their age. ${unset(RETENTION.runsPerStack)}`,
    ),
    logDays: optionalInteger(
      0,
      `Days that the log of an ended run is kept, where 0 is for ever. ${unset(RETENTION.logDays)}`,
    ),
    logMiBPerRun: optionalInteger(
      0,
      `Mebibytes that are kept of a run's log, where 0 is no limit. ${unset(RETENTION.logMiBPerRun)}`,
    ),
    stateVersions: optionalInteger(
      1,
      `The newest versions of each stack's state, kept whatever their age. ${unset(RETENTION.stateVersions)}`,
    ),
    auditDays: optionalInteger(
      0,
      `Days that entries of the audit trail are kept, where 0 is for ever. ${unset(RETENTION.auditDays)}`,
    ),
    auditEntries: optionalInteger(
      0,
      `The newest changes of the audit trail that are kept, and as many refusals, where 0 is no limit. ${unset(RETENTION.auditEntries)}`,
    ),
  }),
  ...storageValues,
  backup: backupValues,
  ...exposureValues,
  traces: tracesValues,
  pdb: group('PodDisruptionBudget of the control plane. Takes minAvailable or maxUnavailable, not both.', {
    enabled: flag(false, 'Whether to make it.'),
    minAvailable: optionalIntOrPercent('Pods that must stay.'),
    maxUnavailable: optionalIntOrPercent('Pods that may be missing. Unset means 1. Not together with minAvailable.'),
  }),
  ...podValues,
  shutdownGraceSeconds: integer(
    25,
    'Seconds that requests under way have to end when a Pod is stopped. Fewer than terminationGracePeriodSeconds.',
  ),
  terminationGracePeriodSeconds: integer(30, 'Seconds after which a Pod that is stopped is killed.'),
  extraArgs: strings([], 'More arguments of the control plane. They win over what else is set.'),
  tests: group('What `helm test` runs.', {
    enabled: flag(
      true,
      'Whether to make the test: a Pod of the same image that asks whether the control plane answers, takes the API key of apiKey.existingSecret, and listens for MQTT.',
    ),
  }),
});

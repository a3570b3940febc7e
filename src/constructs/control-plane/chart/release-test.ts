import type { Chart } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { RUN_AS } from '../../../api';
import type { ReleaseContext } from '../../../charting/chart';
import { concat, ifAny, ifSet, isEmpty, merge, not, text, when } from '../../../charting/deferred';
import { addManifest, type Template } from '../../../charting/manifest';
import { objectLabels } from '../../shared/global-values';
import { HARDENED_CONTAINER, HARDENED_POD } from '../../shared/security-context';
import { PORT, RELEASE_TEST_NAME } from '../constants';
import {
  hasOwnBroker,
  metadata,
  programImage,
  programPullSecrets,
  serviceAccountName,
  serviceUrl,
  type ControlPlaneValues,
} from '../names';
import { RELEASE_TEST_SCRIPT } from './release-test-script';

/** The Pod of `helm test`. Its name among the labels keeps Services from sending workers to it. */
export function addReleaseTest(scope: Chart, values: ControlPlaneValues, context: ReleaseContext): void {
  addManifest<k8s.KubePodProps>(
    new Construct(scope, 'tests'),
    'release-test',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata(values, context, '-test'),
        labels: merge({ 'app.kubernetes.io/name': RELEASE_TEST_NAME }, objectLabels(values, context)),
        annotations: merge(
          { 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded' },
          values.commonAnnotations,
        ),
      },
      spec: {
        restartPolicy: 'Never',
        activeDeadlineSeconds: 180,
        serviceAccountName: serviceAccountName(values, context),
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { ...HARDENED_POD, runAsUser: RUN_AS, runAsGroup: RUN_AS },
        imagePullSecrets: programPullSecrets(values),
        nodeSelector: ifAny(values.nodeSelector),
        tolerations: ifAny(values.tolerations),
        containers: [
          {
            name: 'test',
            image: programImage(values, context),
            imagePullPolicy: ifSet(values.image.pullPolicy),
            command: ['node', '-e', RELEASE_TEST_SCRIPT],
            env: environment(values, context),
            securityContext: HARDENED_CONTAINER,
            resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          },
        ],
      },
    },
    { when: values.tests.enabled },
  );
}

function environment(values: ControlPlaneValues, context: ReleaseContext) {
  const { existingSecret, idKey, secretKey } = values.apiKey;
  const fromSecret = (name: string, key: typeof idKey) => ({
    name,
    valueFrom: { secretKeyRef: { name: existingSecret, key } },
  });
  return concat<Template<k8s.EnvVar>>(
    [
      { name: 'URL', value: serviceUrl(values, context) },
      { name: 'NODE_TLS_REJECT_UNAUTHORIZED', value: '0' },
      { name: 'NODE_NO_WARNINGS', value: '1' },
    ],
    when(hasOwnBroker(values), [
      { name: 'MQTT', value: text(context.fullName, '.', context.namespace, `.svc:${PORT.mqtts}`) },
    ]),
    when(not(isEmpty(existingSecret)), [fromSecret('API_KEY_ID', idKey), fromSecret('API_KEY_SECRET', secretKey)]),
  );
}

import type { Chart } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { HARDENED_CONTAINER } from '../../shared/security-context';
import { controllerImage, controllerPullSecrets, metadata, serviceAccountName, type OperatorValues } from '../names';
import type { ReleaseContext } from '../../../charting/chart';
import { concat, contains, ifAny, ifSet, merge, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { RELEASE_TEST_SCRIPT } from './release-test-script';

/** The Pod of `helm test`. It has no label that would put it among the controller's own Pods. */
export function addReleaseTest(scope: Chart, values: OperatorValues, context: ReleaseContext): void {
  const { controllerManager, commonAnnotations } = values;
  const { manager, namespaces, nodeSelector, tolerations } = controllerManager;
  addManifest<k8s.KubePodProps>(
    new Construct(scope, 'tests'),
    'release-test',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata(values, context, '-test'),
        annotations: merge(
          { 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded' },
          commonAnnotations,
        ),
      },
      spec: {
        restartPolicy: 'Never',
        activeDeadlineSeconds: 180,
        serviceAccountName: serviceAccountName(values, context),
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        imagePullSecrets: controllerPullSecrets(values),
        nodeSelector: ifAny(nodeSelector),
        tolerations: ifAny(tolerations),
        containers: [
          {
            name: 'test',
            image: controllerImage(values, context),
            imagePullPolicy: ifSet(manager.image.pullPolicy),
            command: ['node', '-e', RELEASE_TEST_SCRIPT, '--'],
            args: concat([context.namespace], namespaces),
            env: [
              { name: 'NODE_EXTRA_CA_CERTS', value: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
              {
                name: 'LEADS',
                value: when(contains(concat(manager.args, manager.extraArgs), '--leader-elect'), 'yes', 'no'),
              },
              { name: 'LEASE', value: context.fullName },
            ],
            securityContext: HARDENED_CONTAINER,
            resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          },
        ],
      },
    },
    { when: values.tests.enabled },
  );
}

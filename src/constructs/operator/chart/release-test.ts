import type { Chart } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { pullSecrets } from '../../shared/image-pull-secrets';
import { HARDENED_CONTAINER } from '../../shared/security-context';
import type { OperatorSettings } from '../settings';
import { concat, contains, ifAny, ifSet, merge, text, when, type Later } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { flag, group } from '../../../charting/values';
import { RELEASE_TEST_SCRIPT } from './release-test-script';

export const releaseTestValues = group('What `helm test` runs.', {
  enabled: flag(
    true,
    "Whether to make the test: a Pod of the controller's image that asks the API server whether the CRDs are there, the controller may do its work, and one of its replicas leads. It needs the image of this project; set it to false with Spacelift's own, which holds nothing but the controller.",
  ),
});

/** The Pod of `helm test`. It has no label that would put it among the controller's own Pods. */
export function addReleaseTest(scope: Chart, enabled: Later<boolean>, settings: OperatorSettings): void {
  const { deployment, manager } = settings;
  addManifest<k8s.KubePodProps>(
    new Construct(scope, 'tests'),
    'release-test',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: text(settings.name, '-test'),
        namespace: settings.namespace,
        labels: settings.labels,
        annotations: merge(
          { 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded' },
          settings.annotations,
        ),
      },
      spec: {
        restartPolicy: 'Never',
        activeDeadlineSeconds: 180,
        serviceAccountName: settings.serviceAccount.name,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        imagePullSecrets: pullSecrets(deployment.imagePullSecrets),
        nodeSelector: ifAny(deployment.nodeSelector),
        tolerations: ifAny(deployment.tolerations),
        containers: [
          {
            name: 'test',
            image: manager.image,
            imagePullPolicy: ifSet(manager.imagePullPolicy),
            command: ['node', '-e', RELEASE_TEST_SCRIPT, '--'],
            args: concat([settings.namespace], settings.namespaces),
            env: [
              { name: 'NODE_EXTRA_CA_CERTS', value: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
              { name: 'LEADS', value: when(contains(manager.args, '--leader-elect'), 'yes', 'no') },
              { name: 'LEASE', value: settings.name },
            ],
            securityContext: HARDENED_CONTAINER,
            resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          },
        ],
      },
    },
    { when: enabled },
  );
}

import { kubeOk } from '../../../support/kube';
import { freePort } from '../../../support/own-servers';
import type { Scene } from './scene';

const PATH = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

export interface WebhookRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
}

/**
 * Has the API server ask a webhook of which nobody answers, and refuse what it cannot ask about; the result takes it away, and throws
 * where the controller has heard of no refusal.
 */
export async function webhookThatIsDown(
  { objects: { namespace }, controller }: Scene,
  rule: WebhookRule,
): Promise<() => Promise<void>> {
  const name = `${namespace}.example.test`;
  await kubeOk('POST', PATH, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name,
        clientConfig: { url: `https://127.0.0.1:${await freePort()}/` },
        rules: [{ ...rule, apiVersions: ['*'] }],
        // What is played of the node asks no webhook.
        matchConditions: [
          { name: 'of-the-controller', expression: `request.userInfo.username.startsWith('system:serviceaccount:')` },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        timeoutSeconds: 2,
        admissionReviewVersions: ['v1'],
      },
    ],
  });
  return async () => {
    await kubeOk('DELETE', `${PATH}/${name}`);
    await controller.untilSaid('failed calling webhook');
  };
}

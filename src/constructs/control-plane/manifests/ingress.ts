import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { ifAny, isEmpty, not, replaced, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { metadata, webPort, type ControlPlaneValues } from '../names';
import { ingressRefusals } from './refusals';

/** Scheme, port and path of an address. */
const BESIDE_THE_HOST = '^[a-z]+://|:[0-9]+(/.*)?$|/.*$';

/** HTTPS from outside the cluster, by the host of the public URL. */
export function addIngress(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const { ingress, publicUrl } = values;
  const host = replaced(publicUrl, BESIDE_THE_HOST, '');
  const service = { name: context.fullName, port: { name: webPort(values) } };
  addManifest<k8s.KubeIngressProps>(
    scope,
    'ingress',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata(values, context, '', ingress),
      spec: {
        ingressClassName: ifAny(ingress.className),
        tls: when(not(isEmpty(ingress.tlsSecretName)), [{ hosts: [host], secretName: ingress.tlsSecretName }]),
        rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service } }] } }],
      },
    },
    { when: ingress.enabled, refusals: ingressRefusals(values) },
  );
}

import { HEALTH_PORT } from '../../../api';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { concat, each, ifAny, isEmpty, not, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { DNS_EGRESS, tcp } from '../../shared/network';
import { METRICS_PORT } from '../constants';
import { metadata, podSelector, type OperatorValues } from '../names';

/** Lets the controller talk to the API server, control planes and the cluster's DNS, and to nobody else. */
export function addNetworkPolicy(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  const { enabled, egressPorts, extraEgress, extraIngress, metricsFrom } = values.controllerManager.networkPolicy;
  addManifest<k8s.KubeNetworkPolicyProps>(
    scope,
    'networkpolicy',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(values, context, '-controller-manager'),
      spec: {
        podSelector: { matchLabels: podSelector(context) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: concat<object>(
          [{ ports: [tcp(HEALTH_PORT)] }],
          when(values.metricsService.enabled, [{ ports: [tcp(METRICS_PORT)], from: ifAny(metricsFrom) }]),
          extraIngress,
        ),
        egress: concat<object>(
          [DNS_EGRESS],
          when(not(isEmpty(egressPorts)), [{ ports: each(egressPorts, tcp) }]),
          extraEgress,
        ),
      },
    },
    { when: enabled },
  );
}

import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { and, concat, each, ifAny, isEmpty, not, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { DNS_EGRESS, tcp } from '../../shared/network';
import { PORT } from '../constants';
import { hasOwnBroker, metadata, reachesOut, type ControlPlaneValues } from '../names';

/** Lets workers and people in, and the control plane out to what it keeps outside; it needs nothing else. */
export function addNetworkPolicy(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const { enabled, clientsFrom, metricsFrom, egressPorts, extraIngress, extraEgress } = values.networkPolicy;
  addManifest<k8s.KubeNetworkPolicyProps>(
    scope,
    'networkpolicy',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(values, context),
      spec: {
        podSelector: { matchLabels: context.selectorLabels },
        policyTypes: ['Ingress', 'Egress'],
        ingress: concat<object>(
          [{ ports: [tcp(PORT.https)], from: ifAny(clientsFrom) }],
          when(hasOwnBroker(values), [{ ports: [tcp(PORT.mqtts)], from: ifAny(clientsFrom) }]),
          [{ ports: [tcp(PORT.metrics)], from: ifAny(metricsFrom) }],
          extraIngress,
        ),
        egress: concat<object>(
          [DNS_EGRESS],
          when(and(reachesOut(values), not(isEmpty(egressPorts))), [{ ports: each(egressPorts, tcp) }]),
          extraEgress,
        ),
      },
    },
    { when: enabled },
  );
}

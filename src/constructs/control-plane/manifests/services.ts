import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { concat, ifAny, ifSet, isSet, not, orElse, when, type Later, type StringMap } from '../../../charting/deferred';
import { addManifest, type Template } from '../../../charting/manifest';
import { PORT } from '../constants';
import { hasOwnBroker, isStateless, metadata, webPort, type ControlPlaneValues } from '../names';
import { externalMqttRefusals } from './refusals';

/** What the name of the Service ends with that gives the Pod of a StatefulSet a name in DNS. */
export const HEADLESS = '-headless';

type ServicePort = Template<k8s.ServicePort>;

/** Services of HTTPS and MQTT, inside the cluster and from outside. */
export function addServices(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const selector = context.selectorLabels;
  const { service, externalHttps, externalMqtt } = values;
  const name = webPort(values);
  const web = { name, port: PORT.https, targetPort: name, protocol: 'TCP' };
  const mqtt = { name: 'mqtts', port: PORT.mqtts, targetPort: 'mqtts', protocol: 'TCP' };
  addManifest<k8s.KubeServiceProps>(scope, 'service', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(values, context, '', service),
    spec: {
      type: 'ClusterIP',
      selector,
      ports: concat<ServicePort>([web], when(hasOwnBroker(values), [mqtt])),
    },
  });
  addManifest<k8s.KubeServiceProps>(
    scope,
    'service-headless',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(values, context, HEADLESS),
      // cdk8s spells that field otherwise than the API.
      spec: { clusterIP: 'None', selector } as object,
    },
    { when: not(isStateless(values)) },
  );
  addManifest<k8s.KubeServiceProps>(
    scope,
    'service-external-https',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(values, context, '-https', externalHttps),
      spec: externalSpec(externalHttps, selector, web),
    },
    { when: isSet(externalHttps.type) },
  );
  addManifest<k8s.KubeServiceProps>(
    scope,
    'service-external-mqtt',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(values, context, '-mqtt', externalMqtt),
      spec: externalSpec(externalMqtt, selector, mqtt),
    },
    { when: isSet(externalMqtt.type), refusals: externalMqttRefusals(values) },
  );
}

type External = ControlPlaneValues['externalHttps'];

function externalSpec(
  external: External,
  selector: StringMap,
  port: { readonly name: Later<string>; readonly port: number },
) {
  const { type, nodePort, loadBalancerClass, loadBalancerSourceRanges, externalTrafficPolicy } = external;
  return {
    type,
    selector,
    ports: [{ ...port, port: orElse(external.port, port.port), nodePort: ifSet(nodePort) }],
    loadBalancerClass: ifSet(loadBalancerClass),
    loadBalancerSourceRanges: ifAny(loadBalancerSourceRanges),
    externalTrafficPolicy: ifSet(externalTrafficPolicy),
  };
}

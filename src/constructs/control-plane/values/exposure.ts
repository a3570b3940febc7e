import { MQTT_ORIGIN, NETWORK, PORT as ANY_PORT } from '../../../charting/kubernetes-names';
import {
  flag,
  group,
  integers,
  list,
  objects,
  optionalEnum,
  optionalString,
  orEmpty,
  string,
  stringMap,
  strings,
  type ValueDeclaration,
  type ValueSchema,
} from '../../../charting/values';
import { DURATION } from '../../shared/global-values';
import { PORT, RELEASE_TEST_NAME } from '../constants';
import { prometheusRule } from './observability';

const NODE_PORT = { minimum: 30000, maximum: 32767 };

const optionalPort = (description: string, rules: ValueSchema): ValueDeclaration<number | undefined> => ({
  kind: 'value',
  default: undefined,
  schema: { type: ['integer', 'null'], ...rules },
  description,
});

const outside = (what: string, port: number) =>
  group(`A Service by which ${what} is reachable from outside the cluster.`, {
    type: optionalEnum(['NodePort', 'LoadBalancer'], 'Type of the Service. Unset means that there is none.'),
    port: optionalPort(`Port of the Service. Unset means ${port}.`, ANY_PORT),
    nodePort: optionalPort(
      'Port of every node, 30000 to 32767. Unset means that Kubernetes picks one where the type has such ports.',
      NODE_PORT,
    ),
    labels: stringMap({}, 'More labels of the Service.'),
    annotations: stringMap({}, 'Annotations of the Service, such as those of a cloud for its load balancers.'),
    loadBalancerClass: optionalString('Class of the load balancer. Unset means the default one of the cluster.'),
    loadBalancerSourceRanges: strings([], 'Networks that the load balancer lets through, where empty means all.'),
    externalTrafficPolicy: optionalEnum(
      ['Cluster', 'Local'],
      "Which nodes hand traffic on. Cluster means every node; Local means those with a Pod of the control plane, which keeps the clients' addresses. Unset means Cluster.",
    ),
  });

const networkPolicy = group('NetworkPolicy of the control plane. It closes what it does not name.', {
  enabled: flag(false, 'Whether to make it.'),
  clientsFrom: objects<object>(
    [],
    `Peers that may use HTTPS and MQTT, as in a NetworkPolicy; empty means everybody. The Pod of \`helm test\` is one, with the label app.kubernetes.io/name: ${RELEASE_TEST_NAME}.`,
  ),
  metricsFrom: objects<object>([], 'Peers that may scrape the metrics, as in a NetworkPolicy; empty means everybody.'),
  egressPorts: integers(
    [443, 4318, 5432, PORT.mqtts],
    'TCP ports that the control plane may connect to, at any address, where database, blobs, broker or traces are outside: S3 (443), traces (4318), PostgreSQL (5432), MQTT (8883).',
    ANY_PORT,
  ),
  extraIngress: objects<object>([], 'More rules for what comes in, as in a NetworkPolicy.'),
  extraEgress: objects<object>([], 'More rules for what goes out, as in a NetworkPolicy.'),
});

const serviceMonitor = group('ServiceMonitor for the Prometheus operator, whose CRDs the cluster must have.', {
  enabled: flag(false, 'Whether to make it.'),
  namespace: string('', "Namespace of the ServiceMonitor. Empty means the control plane's."),
  interval: orEmpty('30s', "Time between two scrapes; empty means Prometheus' own.", DURATION),
  scrapeTimeout: orEmpty('10s', 'Time after which a scrape is given up, as long as interval at most.', DURATION),
  additionalLabels: stringMap({}, 'More labels, by which a Prometheus selects its ServiceMonitors.'),
  annotations: stringMap({}, 'Annotations of the ServiceMonitor.'),
});

/** How others reach the control plane, and whom it reaches. */
export const exposureValues = {
  service: group('The Service of the control plane inside the cluster.', {
    labels: stringMap({}, 'More labels of the Service inside the cluster.'),
    annotations: stringMap({}, 'Annotations of the Service inside the cluster.'),
  }),
  externalHttps: outside('HTTPS', PORT.https),
  mqtt: group('Workers that keep one connection by MQTT, beside those that ask by HTTPS.', {
    enabled: flag(true, 'Whether there is MQTT. If false, pools need commsProtocol poll.'),
    url: string(
      '',
      'Address of the embedded broker that is written into tokens. Empty means port 8883 at the host of the public URL.',
      MQTT_ORIGIN,
    ),
    broker: group('An MQTT 5 broker outside, in the place of the embedded one, which only one Pod can have.', {
      url: string(
        '',
        'Address at which the control plane reaches the broker, as mqtts://host[:port]. Empty means the embedded one.',
        MQTT_ORIGIN,
      ),
      clientUrl: string(
        '',
        'Address of the broker that is written into tokens. Empty means the one that the control plane uses.',
        MQTT_ORIGIN,
      ),
      existingSecret: string(
        '',
        'Secret with the certificate and the key by which the control plane proves itself to the broker, and with the CA of the broker: tls.crt, tls.key and ca.crt.',
      ),
    }),
  }),
  externalMqtt: outside('MQTT', PORT.mqtts),
  ingress: group('Ingress for HTTPS, at the host of publicUrl.', {
    enabled: flag(false, 'Whether to make it.'),
    className: string('', "IngressClass. Empty means the cluster's default class."),
    labels: stringMap({}, 'More labels of the Ingress.'),
    annotations: stringMap(
      {},
      'Annotations of the Ingress. With a certificate of its own authority the control plane needs TLS passed through, unended: nginx does with nginx.ingress.kubernetes.io/ssl-passthrough "true".',
    ),
    tlsSecretName: string(
      '',
      'Secret with the certificate by which the Ingress ends TLS. Only where tls.enabled is false, or tls.existingSecret has a certificate of the same CA.',
    ),
  }),
  trustedProxies: list<string>(
    "Proxies in front whose X-Forwarded-For is believed: addresses, or networks such as 10.0.0.0/8. Where a proxy such as the Ingress ends TLS and is not among them, one program that guesses API keys delays everybody's log-ins.",
    { type: 'string', ...NETWORK },
  ),
  webhookNetworks: list<string>(
    'Where webhooks may be sent, beside public addresses: addresses, or networks such as 10.0.0.0/8. Whoever may create webhooks can then make the control plane send requests there.',
    { type: 'string', ...NETWORK },
  ),
  networkPolicy,
  metrics: group(`Metrics of the control plane, by plain HTTP at port ${PORT.metrics} of the Pods.`, {
    service: group('Service of the metrics.', {
      enabled: flag(
        false,
        'Whether to make the Service of the metrics. It is made in any case where there is a ServiceMonitor.',
      ),
      labels: stringMap({}, 'More labels of the Service.'),
      annotations: stringMap({}, 'Annotations of the Service.'),
    }),
    serviceMonitor,
    prometheusRule,
  }),
};

import type { k8s } from 'cdk8s-plus-28';
import { METRICS_SERVICE_PORT } from '../constants';
import type { Template } from '../../../charting/manifest';
import { flag, group, object, objects, orEmpty, string, stringMap } from '../../../charting/values';
import { DURATION } from '../../shared/global-values';

type ServicePort = Extract<Template<k8s.ServicePort>, { port: unknown }>;

const serviceMonitor = group('ServiceMonitor for the Prometheus operator; needs its CRDs and metricsService.enabled.', {
  enabled: flag(false, 'Whether to make it.'),
  namespace: string('', "Namespace of the ServiceMonitor. Empty means the release's."),
  port: orEmpty(METRICS_SERVICE_PORT.name, "Name of the Service's port that is scraped, one of metricsService.ports."),
  interval: orEmpty('30s', "Time between two scrapes; empty means Prometheus' own.", DURATION),
  scrapeTimeout: orEmpty('10s', 'Time after which a scrape is given up, as long as interval at most.', DURATION),
  path: orEmpty('/metrics', "HTTP path of the metrics; empty means Prometheus' own, which is the same."),
  scheme: orEmpty('https', 'Scheme of the scrape; http if metricsService.secure is false.', {
    enum: ['http', 'https'],
  }),
  additionalLabels: stringMap({}, 'More labels, by which a Prometheus selects its ServiceMonitors.'),
  annotations: stringMap({}, 'Annotations of the ServiceMonitor.'),
  tlsConfig: object<Readonly<Record<string, unknown>>>(
    {},
    'TLS settings of the scrape. Empty, and with metricsService.secure, {insecureSkipVerify: true}: the controller signs its certificate itself at each start.',
  ),
  bearerTokenFile: string(
    '',
    'File with the token that Prometheus shows to the guarded endpoint. Empty, and with metricsService.secure, that of the ServiceAccount that Prometheus runs as.',
  ),
});

/** Values of the controller's metrics, its Service and its ServiceMonitor. */
export const metricsServiceValues = group('Metrics endpoint of the controller and its Service.', {
  enabled: flag(false, 'Whether the controller serves metrics.'),
  secure: flag(
    true,
    'Whether by HTTPS and only to callers that may get /metrics; false means plain HTTP for everybody.',
  ),
  enableHTTP2: flag(
    false,
    "Whether Spacelift's own controller offers HTTP/2 at the endpoint. It is off because of its rapid-reset weaknesses. This project's controller takes the flag and speaks HTTP/1.1 in any case.",
  ),
  ports: objects<ServicePort>(
    [METRICS_SERVICE_PORT],
    'Ports of the Service: at least one, no name and no number twice.',
  ),
  type: orEmpty('ClusterIP', 'Type of the Service.', { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] }),
  labels: stringMap({}, 'More labels of the Service.'),
  annotations: stringMap({}, 'Annotations of the Service.'),
  serviceMonitor,
});

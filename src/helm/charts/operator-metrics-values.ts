import type { k8s } from 'cdk8s-plus-28';
import { METRICS_SERVICE_PORT } from '../../constructs/operator/defaults';
import type { Template } from '../../constructs/template/manifest';
import { flag, group, object, objects, string, stringMap } from '../values';

type ServicePort = Extract<Template<k8s.ServicePort>, { port: unknown }>;

const serviceMonitor = group('ServiceMonitor for the Prometheus operator; needs its CRDs and metricsService.enabled.', {
  enabled: flag(false, 'Whether to make it.'),
  namespace: string('', "Namespace of the ServiceMonitor; empty means the release's."),
  port: string('https', "Name of the Service's port that is scraped."),
  interval: string('30s', 'Time between two scrapes.'),
  scrapeTimeout: string('10s', 'Time after which a scrape is given up.'),
  path: string('/metrics', 'HTTP path of the metrics.'),
  scheme: string('https', 'Scheme of the scrape; http if metricsService.secure is false.', { enum: ['http', 'https'] }),
  additionalLabels: stringMap({}, 'More labels, by which a Prometheus selects its ServiceMonitors.'),
  annotations: stringMap({}, 'Annotations of the ServiceMonitor.'),
  tlsConfig: object<Readonly<Record<string, unknown>>>(
    {},
    'TLS settings of the scrape, for instance {insecureSkipVerify: true} for the self-signed certificate.',
  ),
  bearerTokenFile: string('', 'File with the token that Prometheus shows to the guarded endpoint.'),
});

/** Values of the controller's metrics, its Service and its ServiceMonitor. */
export const metricsServiceValues = group('Metrics endpoint of the controller and its Service.', {
  enabled: flag(false, 'Whether the controller serves metrics.'),
  secure: flag(
    true,
    'Whether by HTTPS and only to callers that may get /metrics; false means plain HTTP for everybody.',
  ),
  enableHTTP2: flag(false, 'Whether the endpoint offers HTTP/2; off because of its rapid-reset weaknesses.'),
  ports: objects<ServicePort>(
    [METRICS_SERVICE_PORT],
    'Ports of the Service: at least one, no name and no number twice.',
  ),
  type: string('ClusterIP', 'Type of the Service.', { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] }),
  labels: stringMap({}, 'More labels of the Service.'),
  annotations: stringMap({}, 'Annotations of the Service.'),
  serviceMonitor,
});

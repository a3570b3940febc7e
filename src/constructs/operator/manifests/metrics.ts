import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { scrapeRefusals } from '../../shared/scrape';
import { and, ifAny, isEmpty, merge, orElse, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { CONTROL_PLANE, METRICS_SERVICE_PORT, PROMETHEUS_TOKEN } from '../defaults';
import { addMetricsRbac } from './rbac';
import { serviceRefusals } from './refusals';
import type { OperatorSettings } from '../settings';

/** The Service of the metrics, its ServiceMonitor, and the roles that guard it. */
export function addMetrics(scope: Construct, settings: OperatorSettings): void {
  const { metrics } = settings;
  const { name } = metrics;
  addMetricsRbac(scope, settings);
  addManifest<k8s.KubeServiceProps>(
    scope,
    'metrics-service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name,
        namespace: settings.namespace,
        labels: merge(CONTROL_PLANE, settings.labels, metrics.labels),
        annotations: ifAny(merge(metrics.annotations, settings.annotations)),
      },
      spec: {
        type: ifAny(metrics.type),
        selector: settings.selectorLabels,
        ports: metrics.ports,
      },
    },
    { when: metrics.enabled, refusals: serviceRefusals(metrics) },
  );
  const monitor = metrics.serviceMonitor;
  addManifest(
    scope,
    'servicemonitor',
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: {
        name,
        namespace: monitor.namespace,
        labels: merge(CONTROL_PLANE, settings.labels, monitor.additionalLabels),
        annotations: ifAny(merge(monitor.annotations, settings.annotations)),
      },
      spec: {
        endpoints: [
          {
            port: orElse(monitor.port, METRICS_SERVICE_PORT.name),
            path: ifAny(monitor.path),
            scheme: ifAny(monitor.scheme),
            interval: ifAny(monitor.interval),
            scrapeTimeout: ifAny(monitor.scrapeTimeout),
            // The controller signs its certificate itself at each start, and asks for a token.
            tlsConfig: when(
              and(metrics.secure, isEmpty(monitor.tlsConfig)),
              { insecureSkipVerify: true },
              ifAny(monitor.tlsConfig) as object | undefined,
            ),
            bearerTokenFile: when(
              and(metrics.secure, isEmpty(monitor.bearerTokenFile)),
              PROMETHEUS_TOKEN,
              ifAny(monitor.bearerTokenFile),
            ),
          },
        ],
        namespaceSelector: { matchNames: [settings.namespace] },
        selector: { matchLabels: settings.selectorLabels },
      },
    },
    { when: and(metrics.enabled, monitor.enabled), refusals: scrapeRefusals(monitor) },
  );
}

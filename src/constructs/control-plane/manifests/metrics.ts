import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { ifAny, or, orElse } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { scrapeRefusals } from '../../shared/scrape';
import { METRICS, PORT } from '../constants';
import { metadata, type ControlPlaneValues } from '../names';

/** What lets Prometheus find the metrics. */
export function addMetrics(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const { service, serviceMonitor } = values.metrics;
  addManifest<k8s.KubeServiceProps>(
    scope,
    'metrics-service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(values, context, '-metrics', service),
      spec: {
        type: 'ClusterIP',
        selector: context.selectorLabels,
        ports: [{ name: METRICS, port: PORT.metrics, targetPort: METRICS, protocol: 'TCP' }],
      },
    },
    { when: or(service.enabled, serviceMonitor.enabled) },
  );
  const { annotations, additionalLabels: labels } = serviceMonitor;
  addManifest(
    scope,
    'servicemonitor',
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: {
        ...metadata(values, context, '', { labels, annotations }),
        namespace: orElse(serviceMonitor.namespace, context.namespace),
      },
      spec: {
        endpoints: [
          {
            port: METRICS,
            path: '/metrics',
            interval: ifAny(serviceMonitor.interval),
            scrapeTimeout: ifAny(serviceMonitor.scrapeTimeout),
          },
        ],
        namespaceSelector: { matchNames: [context.namespace] },
        selector: { matchLabels: context.selectorLabels },
      },
    },
    { when: serviceMonitor.enabled, refusals: scrapeRefusals(serviceMonitor) },
  );
}

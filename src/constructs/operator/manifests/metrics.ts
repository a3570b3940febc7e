import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { scrapeRefusals } from '../../shared/scrape';
import { and, ifAny, isEmpty, merge, orElse, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { CONTROL_PLANE, METRICS_SERVICE_PORT } from '../constants';
import { addMetricsRbac } from './rbac';
import { serviceRefusals } from './refusals';
import { metadata, metricsServiceName, podSelector, type OperatorValues } from '../names';
import { objectLabels } from '../../shared/global-values';

/** The token of the ServiceAccount that Prometheus runs as, which it shows to whom it scrapes. */
const PROMETHEUS_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The Service of the metrics, its ServiceMonitor, and the roles that guard it. */
export function addMetrics(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  const { metricsService: metrics, commonAnnotations } = values;
  const named = { ...metadata(values, context, ''), name: metricsServiceName(context) };
  addMetricsRbac(scope, values, context);
  addManifest<k8s.KubeServiceProps>(
    scope,
    'metrics-service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...named,
        labels: merge(CONTROL_PLANE, objectLabels(values, context), metrics.labels),
        annotations: ifAny(merge(metrics.annotations, commonAnnotations)),
      },
      spec: {
        type: ifAny(metrics.type),
        selector: podSelector(context),
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
        ...named,
        namespace: orElse(monitor.namespace, context.namespace),
        labels: merge(CONTROL_PLANE, objectLabels(values, context), monitor.additionalLabels),
        annotations: ifAny(merge(monitor.annotations, commonAnnotations)),
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
        namespaceSelector: { matchNames: [context.namespace] },
        selector: { matchLabels: podSelector(context) },
      },
    },
    { when: and(metrics.enabled, monitor.enabled), refusals: scrapeRefusals(monitor) },
  );
}

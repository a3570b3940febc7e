import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { merge, orElse, text, type Later } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { pageOf } from '../../shared/repository';
import { CONTROL_PLANE_ALERTS, TARGET } from '../alerts';
import { metadata, metricsServiceName, type ControlPlaneValues } from '../names';

const RUNBOOK = pageOf('docs/operations/control-plane-alerts.md');

/** Alerts on the metrics of this control plane, and of no other that the same Prometheus scrapes. */
export function addPrometheusRule(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const { enabled, namespace, additionalLabels: labels, annotations, alertLabels } = values.metrics.prometheusRule;
  // By default the Prometheus operator calls the job like the Service.
  const target = text('namespace="', context.namespace, '",job="', metricsServiceName(context), '"');
  addManifest(
    scope,
    'prometheusrule',
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        ...metadata(values, context, '', { labels, annotations }),
        namespace: orElse(namespace, context.namespace),
      },
      spec: {
        groups: [
          {
            name: 'worker-pools-control-plane',
            rules: CONTROL_PLANE_ALERTS.map(({ alert, severity, expr, summary, description, ...rest }) => ({
              alert,
              expr: withTarget(expr, target),
              for: rest.for,
              labels: merge(alertLabels, { severity }),
              annotations: { summary, description, runbook_url: `${RUNBOOK}#${alert.toLowerCase()}` },
            })),
          },
        ],
      },
    },
    { when: enabled },
  );
}

function withTarget(expr: string, target: Later<string>): Later<string> {
  const [first = '', ...rest] = expr.split(TARGET);
  return text(first, ...rest.flatMap((part) => [target, part]));
}

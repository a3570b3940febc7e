import { HTTP_URL } from '../../../charting/kubernetes-names';
import { flag, group, string, stringMap } from '../../../charting/values';

/** Alerts on the metrics of the control plane. */
export const prometheusRule = group(
  'PrometheusRule with alerts on this control plane, for the Prometheus operator, whose CRDs the cluster must have.',
  {
    enabled: flag(false, 'Whether to make it. The ServiceMonitor must be there, too, and keep its job label.'),
    namespace: string('', "Namespace of the PrometheusRule. Empty means the control plane's."),
    additionalLabels: stringMap({}, 'More labels, by which a Prometheus selects its rules.'),
    annotations: stringMap({}, 'Annotations of the PrometheusRule.'),
    alertLabels: stringMap({}, 'More labels of each alert, by which Alertmanager sends it on. A severity here wins.'),
  },
);

/** Spans of what the control plane does. */
export const tracesValues = group('Spans of requests, operations and transactions, by OTLP over HTTP.', {
  enabled: flag(false, 'Whether they are sent.'),
  endpoint: string(
    '',
    'Address of the receiver of OTLP over HTTP, as http://host:4318. Empty means that OTEL_EXPORTER_OTLP_ENDPOINT is among extraEnv, as other variables of OpenTelemetry may be.',
    HTTP_URL,
  ),
});

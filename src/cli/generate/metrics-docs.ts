import { CONTROLLER_METRICS, EXPORTER_METRICS, type MetricDescription } from '../../api';
import { cell } from './object-docs';

/** The page of the metrics that dashboards, alerts and autoscalers read. */
export function metricsPage(): string {
  return `# Metrics

The names are those that Spacelift documents. The construct \`Dashboard\` shows them, \`PrometheusRule\` alerts on them: [alerts](../operations/alerts.md).

## Controller

Served by each replica of the operator where its metrics are on; only the one that leads counts and measures. The metrics of its runtime (\`rest_client_*\`, \`workqueue_*\`, \`reflector_*\`, \`leader_election_*\`) stand beside these.

${table(Object.values(CONTROLLER_METRICS))}

## Exporter

Served by Spacelift's exporter (v0.7.0), which asks the control plane at each scrape. \`worker_pool_id\` is the ULID that the controller calls \`pool_ulid\`.

${table(Object.values(EXPORTER_METRICS))}
`;
}

function table(metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(
    ({ name, type, labels, help, buckets }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)}${bounds(buckets)} |`,
  );
  return ['| Metric | Type | Labels | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function bounds(buckets: readonly number[] | undefined): string {
  return buckets === undefined ? '' : ` Buckets: ${buckets.join(', ')} s.`;
}

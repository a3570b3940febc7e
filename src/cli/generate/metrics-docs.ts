import {
  CONTROL_PLANE_METRICS,
  CONTROLLER_METRICS,
  EXPORTER_METRICS,
  RUNTIME_METRICS,
  type MetricDescription,
} from '../../api';
import { EXPORTER_TAG } from '../../constructs/exporter/values';
import { cell, code, table } from './markdown';

/** The page of the metrics that dashboards, alerts and autoscalers read. */
export function metricsPage(): string {
  return `# Metrics

The names are those that Spacelift documents, and for the controller's runtime those of Kubernetes' own controllers where they have one. The construct \`WorkerPoolDashboard\` shows them, \`WorkerPoolAlerts\` alerts on them: [alerts](../operations/alerts.md).

## Controller

Served by each replica of the operator where its metrics are on; only the one that leads counts and measures.

${metrics(Object.values(CONTROLLER_METRICS))}

### Of its runtime

Served beside those, with what every program on Node.js has (\`process_*\`, \`nodejs_*\`).

${metrics(Object.values(RUNTIME_METRICS))}

## Control plane

Served by the bundled control plane where it has a [metrics port](../reference/control-plane-settings.md), beside what every program on Node.js has: \`nodejs_eventloop_lag_p99_seconds\` is how long its event loop was held.

${metrics(Object.values(CONTROL_PLANE_METRICS))}

## Exporter

Served by Spacelift's exporter (${EXPORTER_TAG}), which asks the control plane at each scrape. \`worker_pool_id\` is the ULID that the controller calls \`pool_ulid\`.

${metrics(Object.values(EXPORTER_METRICS))}
`;
}

const metrics = (all: readonly MetricDescription[]): string =>
  table(
    ['Metric', 'Type', 'Labels', 'Meaning'],
    all.map(({ name, type, labels, help, buckets }) => [
      code(name),
      type,
      labels.map(code).join(', '),
      cell(buckets === undefined ? help : `${help} Buckets: ${buckets.join(', ')} s.`),
    ]),
  );

import { METRIC_GROUPS, type MetricDescription } from '../../api';
import { EXPORTER_TAG } from '../../constructs/exporter/values';
import { cell, code, table } from './markdown';

/** The page of the metrics that dashboards, alerts and autoscalers read. */
export function metricsPage(): string {
  return `# Metrics

The names are those that Spacelift documents, and for the controller's runtime those of Kubernetes' own controllers where they have one. What shows them and alerts on them: [dashboards and alerts](../operations/metrics.md#dashboards-and-alerts).

## Controller

Served by each replica of the operator where its metrics are on; only the one that leads counts and measures.

${metrics('controller')}

### Of its runtime

Served beside those, with what every program on Node.js has (\`process_*\`, \`nodejs_*\`).

${metrics('runtime')}

## Control plane

Served by the bundled control plane where it has a [metrics port](../reference/control-plane-settings.md), beside what every program on Node.js has. Each replica serves its own; what the database is asked (runs, sessions, leases) is the same of all of them.

${metrics('controlPlane')}

Of those of Node.js, look at these:

${metrics('process')}

## Exporter

Served by Spacelift's exporter (${EXPORTER_TAG}), which asks the control plane at each scrape. \`worker_pool_id\` is the ULID that the controller calls \`pool_ulid\`.

${metrics('exporter')}
`;
}

const metrics = (group: keyof typeof METRIC_GROUPS): string =>
  table(
    ['Metric', 'Type', 'Labels', 'Meaning'],
    Object.values<MetricDescription>(METRIC_GROUPS[group]).map(({ name, type, labels, help, buckets }) => [
      code(name),
      type,
      labels.map(code).join(', '),
      cell(buckets === undefined ? help : `${help} Buckets: ${buckets.join(', ')} s.`),
    ]),
  );

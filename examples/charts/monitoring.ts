import { Chart, Duration, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { WorkerPoolDashboard, PrometheusExporter, WorkerPoolAlerts } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/** What the control plane knows of pools as metrics, a Grafana dashboard of them, and alerts for those on call. */
export class Monitoring extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, { namespace: 'monitoring', ...props });
    // By this label the Prometheus of kube-prometheus-stack finds what it is to read.
    const labels = { release: 'kube-prometheus-stack' };
    new PrometheusExporter(this, 'exporter', {
      apiEndpoint: 'https://example.app.spacelift.io',
      apiKeyId: 'EXAMPLE',
      apiKeySecret: Secret.fromSecretName(this, 'api-key', 'worker-pools-exporter'),
      serviceMonitor: { labels },
    });
    new WorkerPoolDashboard(this, 'dashboard', { metadata: { name: 'worker-pools-dashboard' } });
    new WorkerPoolAlerts(this, 'alerts', {
      metadata: { name: 'worker-pools-alerts', labels },
      runsWaitFor: Duration.minutes(10),
      alertLabels: { team: 'platform' },
    });
  }
}

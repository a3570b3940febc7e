import { Duration } from 'cdk8s';
import type { WorkerPoolControlPlaneProps } from '../../../src';

/** Props of what watches a control plane, and the values that say the same. */
export const OBSERVABILITY_CASES: readonly [string, WorkerPoolControlPlaneProps, object][] = [
  ['metrics', { metricsService: true }, { metrics: { service: { enabled: true } } }],
  [
    'a service monitor',
    {
      serviceMonitor: {
        namespace: 'monitoring',
        labels: { release: 'prometheus' },
        annotations: { e: 'f' },
        interval: Duration.minutes(1),
        scrapeTimeout: Duration.seconds(5),
      },
    },
    {
      metrics: {
        serviceMonitor: {
          enabled: true,
          namespace: 'monitoring',
          additionalLabels: { release: 'prometheus' },
          annotations: { e: 'f' },
          interval: '60s',
          scrapeTimeout: '5s',
        },
      },
    },
  ],
  [
    'alerts',
    {
      prometheusRule: {
        namespace: 'monitoring',
        labels: { release: 'prometheus' },
        annotations: { e: 'f' },
        alertLabels: { team: 'a' },
      },
    },
    {
      metrics: {
        prometheusRule: {
          enabled: true,
          namespace: 'monitoring',
          additionalLabels: { release: 'prometheus' },
          annotations: { e: 'f' },
          alertLabels: { team: 'a' },
        },
      },
    },
  ],
  [
    'traces',
    { traces: { endpoint: 'http://collector:4318' } },
    { traces: { enabled: true, endpoint: 'http://collector:4318' } },
  ],
];

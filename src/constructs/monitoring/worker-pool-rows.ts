import { CONTROLLER_METRICS, EXPORTER_METRICS } from '../../api';
import type { Panel, Row } from './grafana';
import { controllerQueries, controllerWorkers, EXPORTERS, poolQueries } from './queries';

/** The variables of the dashboard, as queries name them. */
const POOLS = '$pool';
const WINDOW = '$window';

const pools = poolQueries(POOLS);
const byName = (query: string): string => `sum by (worker_pool_name) (${query})`;
const NAME = '{{worker_pool_name}}';

/** What a person on call reads from top to bottom: is it bad, which pool, is it the start of runs, who is at fault. */
export const WORKER_POOL_ROWS: readonly Row[] = [
  { title: 'Now', height: 4, panels: nowPanels() },
  { title: 'Pools', height: 8, panels: poolPanels() },
  { title: 'Start of runs', height: 8, panels: startPanels() },
  { title: 'Controller', height: 8, panels: controllerPanels() },
  { title: 'Exporter', height: 6, panels: exporterPanels() },
];

function nowPanels(): Panel[] {
  const stat = { type: 'stat', width: 4, unit: 'short' } as const;
  return [
    {
      ...stat,
      title: 'Runs that wait',
      description: 'Runs that have no Worker yet. For a moment that is normal; for minutes, look at the free Workers.',
      queries: [{ expr: `sum(${pools.runsPending})`, legend: 'runs' }],
      thresholds: [{ from: 1, color: 'orange' }],
    },
    {
      ...stat,
      title: 'Free Workers',
      description:
        'Registered Workers that are neither busy nor drained. At 0 the next run waits, which is meant so where an autoscaler sizes the pool.',
      queries: [{ expr: `sum(${pools.free})`, legend: 'Workers' }],
      base: 'orange',
      thresholds: [{ from: 1, color: 'green' }],
    },
    {
      ...stat,
      title: 'Workers in use',
      description: 'Busy Workers as a part of all. Pools that are near 100% for long are too small.',
      unit: 'percentunit',
      queries: [{ expr: `sum(${pools.busy}) / (sum(${pools.workers}) > 0)`, legend: 'in use' }],
      thresholds: [
        { from: 0.8, color: 'orange' },
        { from: 0.95, color: 'red' },
      ],
    },
    {
      ...stat,
      title: 'Drained Workers',
      description: 'Workers that get no further run, because a person or a program drained them.',
      queries: [{ expr: `sum(${pools.drained})`, legend: 'Workers' }],
      thresholds: [{ from: 1, color: 'orange' }],
    },
    {
      ...stat,
      title: 'Worker creation errors',
      description: 'Workers that the controller could not create or register within $window. It tries again by itself.',
      queries: [
        { expr: controllerQueries.increase(CONTROLLER_METRICS.workerCreationErrors, WINDOW), legend: 'errors' },
      ],
      thresholds: [{ from: 1, color: 'red' }],
    },
    {
      ...stat,
      title: 'Exporter',
      description: 'Whether any exporter answered the last scrape. Without it the numbers of the pools are missing.',
      queries: [{ expr: EXPORTERS, legend: 'exporters' }],
      base: 'red',
      thresholds: [{ from: 1, color: 'green' }],
      words: { 0: 'silent' },
    },
  ];
}

function poolPanels(): Panel[] {
  return [
    {
      type: 'timeseries',
      title: 'Runs that wait, by pool',
      description: 'Length of the queue of each pool, as the control plane counts it. Autoscalers follow this number.',
      width: 12,
      unit: 'short',
      queries: [{ expr: byName(pools.runsPending), legend: NAME }],
    },
    {
      type: 'timeseries',
      title: 'Workers: busy, drained, free',
      description:
        'Workers of the chosen pools on top of each other. A drained Worker that finishes its run counts as busy and as drained, so that the upper edge may be above the number of Workers for a while.',
      width: 12,
      unit: 'short',
      style: 'stack',
      queries: [
        { expr: `sum(${pools.busy})`, legend: 'busy' },
        { expr: `sum(${pools.drained})`, legend: 'drained' },
        { expr: `sum(${pools.free})`, legend: 'free' },
      ],
    },
    {
      type: 'timeseries',
      title: 'Workers in use, by pool',
      description: 'Busy Workers as a part of all of the pool. Pools without Workers have no line.',
      width: 12,
      unit: 'percentunit',
      queries: [{ expr: `${byName(pools.busy)} / (${byName(pools.workers)} > 0)`, legend: NAME }],
      thresholds: [{ from: 0.95, color: 'red' }],
    },
    {
      type: 'table',
      title: 'Pools',
      description:
        'Every chosen pool as it is now. Runs that wait beside free Workers mean that Workers do not answer.',
      width: 12,
      unit: 'short',
      labels: { worker_pool_name: 'Pool', worker_pool_id: 'ULID' },
      queries: [
        { expr: pools.runsPending, legend: 'Runs that wait' },
        { expr: pools.workers, legend: 'Workers' },
        { expr: pools.busy, legend: 'Busy' },
        { expr: pools.drained, legend: 'Drained' },
        { expr: pools.free, legend: 'Free' },
      ],
    },
  ];
}

function startPanels(): Panel[] {
  const { runPodCreationDuration, runStartupDuration } = CONTROLLER_METRICS;
  return [
    {
      type: 'timeseries',
      title: 'Start of a run',
      description:
        'From the assignment of a run until its worker container started: scheduling, images, volumes, init; and until the API server had its Pod. ' +
        'All pools; no line where no run started within $window.',
      width: 12,
      unit: 's',
      queries: [0.5, 0.95]
        .map((part) => ({
          expr: controllerQueries.quantile(part, runStartupDuration, WINDOW),
          legend: `p${part * 100}`,
        }))
        .concat({ expr: controllerQueries.quantile(0.95, runPodCreationDuration, WINDOW), legend: 'Pod created, p95' }),
      thresholds: [{ from: 120, color: 'red' }],
    },
    {
      type: 'timeseries',
      title: 'Runs started',
      description: 'Run Pods whose worker container started within $window. All pools.',
      width: 12,
      unit: 'short',
      style: 'bars',
      queries: [{ expr: controllerQueries.count(runStartupDuration, WINDOW), legend: 'runs' }],
    },
  ];
}

function controllerPanels(): Panel[] {
  const { workers, idleWorkers, workerCreationDuration, workerCreationErrors } = CONTROLLER_METRICS;
  const series = { type: 'timeseries', width: 8, unit: 'short' } as const;
  return [
    {
      ...series,
      title: 'Workers: cluster and control plane',
      description:
        'The controller counts Worker objects, the control plane registered Workers. ' +
        'The lines lie on each other but for moments; where they part, registration fails or Workers are elsewhere.',
      queries: [
        { expr: `sum(${controllerWorkers(workers, POOLS)})`, legend: 'in the cluster' },
        { expr: `sum(${controllerWorkers(idleWorkers, POOLS)})`, legend: 'idle in the cluster' },
        { expr: `sum(${pools.workers})`, legend: 'registered' },
      ],
    },
    {
      ...series,
      title: 'Creation of a Worker',
      description: 'From the first request for a Worker until it is registered. No line where none was created.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((part) => ({
        expr: controllerQueries.quantile(part, workerCreationDuration, WINDOW),
        legend: `p${part * 100}`,
      })),
    },
    {
      ...series,
      title: 'Worker creation errors',
      description: 'Workers that could not be created within $window. The controller log and the events say why.',
      style: 'bars',
      queries: [{ expr: controllerQueries.increase(workerCreationErrors, WINDOW), legend: 'errors' }],
      thresholds: [{ from: 1, color: 'red' }],
    },
  ];
}

function exporterPanels(): Panel[] {
  return [
    {
      type: 'timeseries',
      title: 'Scrape of the control plane',
      description: 'How long the control plane took to answer the exporter. Near 5 s the exporter gives up.',
      width: 12,
      unit: 's',
      queries: [{ expr: `max(${EXPORTER_METRICS.scrapeDuration.name})`, legend: 'slowest exporter' }],
      thresholds: [{ from: 5, color: 'red' }],
    },
    {
      type: 'timeseries',
      title: 'Exporters that answer',
      description: 'Exporters by version; a gap is a scrape that failed.',
      width: 12,
      unit: 'short',
      queries: [{ expr: `count by (version) (${EXPORTER_METRICS.buildInfo.name})`, legend: '{{version}}' }],
    },
  ];
}

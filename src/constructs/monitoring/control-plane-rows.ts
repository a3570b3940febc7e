import { CONTROL_PLANE_METRICS as METRICS } from '../../api';
import { alike, line, ofControlPlane, parts, grown, stat, WINDOW } from './control-plane-panels';
import { brokerPanels, processPanels, requestPanels, roomPanels } from './control-plane-process-panels';
import type { Panel, Row } from './grafana';
import { poolQueries } from './queries';

const { series, highest, increase } = ofControlPlane;
const pools = poolQueries();

/** From top to bottom: is it there, do runs go on, what holds them up, what will. */
export const CONTROL_PLANE_ROWS: readonly Row[] = [
  { title: 'Now', height: 4, panels: nowPanels() },
  { title: 'Queue', height: 8, panels: queuePanels() },
  { title: 'Runs, part by part', height: 8, panels: runPanels() },
  { title: 'Controllers and run Pods', height: 8, panels: leasePanels() },
  { title: 'Database', height: 8, panels: databasePanels() },
  { title: 'Requests', height: 8, panels: requestPanels() },
  { title: 'MQTT broker outside', height: 8, panels: brokerPanels() },
  { title: 'Process', height: 8, panels: processPanels() },
  { title: 'Blobs and room', height: 8, panels: roomPanels() },
];

function nowPanels(): Panel[] {
  return [
    {
      ...stat,
      title: 'Ready',
      description: 'Whether each check of /readyz passes in some replica. Where it does not, no request is of use.',
      queries: [{ expr: `min(max by (check) (${series(METRICS.ready, 'check!="running"')}))`, legend: 'ready' }],
      base: 'red',
      thresholds: [{ from: 1, color: 'green' }],
      words: { 0: 'no', 1: 'yes' },
    },
    {
      ...stat,
      title: 'Replicas',
      description: 'Processes that answered the last scrape.',
      queries: [{ expr: `count(${series(METRICS.buildInfo)}) or vector(0)`, legend: 'replicas' }],
      base: 'red',
      thresholds: [{ from: 1, color: 'green' }],
      words: { 0: 'silent' },
    },
    {
      ...stat,
      title: 'Runs that wait',
      description: 'Runs that are queued. For a moment that is normal; for minutes, look at Queue.',
      queries: [{ expr: `${highest(METRICS.runs, 'state="QUEUED"')} or vector(0)`, legend: 'runs' }],
      thresholds: [{ from: 1, color: 'orange' }],
    },
    {
      ...stat,
      title: 'Longest wait',
      description: 'How long the run has waited that has waited longest for a worker alone.',
      unit: 's',
      queries: [{ expr: highest(METRICS.oldestWaitingRun), legend: 'wait' }],
      thresholds: [
        { from: 300, color: 'orange' },
        { from: 1800, color: 'red' },
      ],
    },
    {
      ...stat,
      title: 'Silent controllers',
      description: 'Sessions of controllers that have said nothing for more than a minute: their workers get no runs.',
      queries: [{ expr: highest(METRICS.sessions, 'state="silent"'), legend: 'sessions' }],
      thresholds: [{ from: 1, color: 'red' }],
    },
    {
      ...stat,
      title: 'Silent runs',
      description: 'Runs that have started and are about to be given up, because their Pods say nothing.',
      queries: [{ expr: highest(METRICS.leasesEnding, 'holder="run"'), legend: 'runs' }],
      thresholds: [{ from: 1, color: 'red' }],
    },
  ];
}

function queuePanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Runs by state',
      description: 'Runs that have not ended, on top of each other.',
      style: 'stack',
      queries: [alike(METRICS.runs, 'state')],
    },
    {
      ...line,
      title: 'Wait for a worker',
      description:
        'The run that has waited longest for a worker alone, and how long runs waited that got one within $window. Where it grows, the pool is too small or its controller is away.',
      unit: 's',
      queries: [
        { expr: highest(METRICS.oldestWaitingRun), legend: 'longest now' },
        ...parts(METRICS.assignment, 'assigned', 0.5, 0.99),
      ],
      thresholds: [{ from: 1800, color: 'red' }],
    },
    {
      ...line,
      title: 'Assignment until its controller hears of it',
      description:
        'No wait for a free worker is in the first: above a second, the database, the event loop or the broker is slow. The second is from the creation of the run on, with all that it waited for.',
      unit: 's',
      queries: [...parts(METRICS.assignmentView, 'assigned', 0.5, 0.99), ...parts(METRICS.triggerView, 'created', 0.5)],
      thresholds: [{ from: 1, color: 'red' }],
    },
  ];
}

function runPanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Assignment until the Pod starts',
      description:
        'Creation of the Pod, a node, images and the container init. Where it grows, look at nodes, registries and quotas.',
      unit: 's',
      queries: parts(METRICS.podStart, 'started', 0.5, 0.95),
    },
    {
      ...line,
      title: 'Start until the first line of a step',
      description: 'The source and the image of the runner. Where it grows, look at the size of sources and images.',
      unit: 's',
      queries: parts(METRICS.firstLine, 'first line', 0.5, 0.95),
    },
    {
      ...line,
      title: 'Whole runs',
      description: 'From the creation of a run to its end, with all that it waited for, also for a person.',
      unit: 's',
      queries: parts(METRICS.runDuration, 'ended', 0.5, 0.95),
    },
  ];
}

function leasePanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Sessions and workers',
      description:
        'Sessions of controllers whose lease runs, those that are silent, and the workers that the exporter counts (all of them, where one exporter reads several control planes).',
      queries: [
        alike(METRICS.sessions, 'state'),
        { expr: `sum(${pools.workers})`, legend: 'workers' },
        { expr: `sum(${pools.busy})`, legend: 'busy workers' },
      ],
    },
    {
      ...line,
      title: 'Leases',
      description: 'Leases of sessions and of runs that have started, and those of which less than a third is left.',
      queries: [
        alike(METRICS.leases, 'holder'),
        { ...alike(METRICS.leasesEnding, 'holder'), legend: '{{holder}}, ending' },
      ],
    },
    {
      ...line,
      title: 'Longest silence',
      description: 'How long the holder of a lease has been silent that has been silent longest.',
      unit: 's',
      queries: [alike(METRICS.oldestLease, 'holder')],
    },
  ];
}

function databasePanels(): Panel[] {
  return [
    {
      ...line,
      width: 6,
      title: 'Transactions',
      description:
        'By result, within $window. Failed are those that the database could not carry out; the log says why.',
      style: 'bars',
      queries: [grown(METRICS.transactions, 'result')],
    },
    {
      ...line,
      width: 6,
      title: 'Duration',
      description: 'Of transactions, waits for a connection included, and of commits until they were durable.',
      unit: 's',
      queries: [
        ...parts(METRICS.transactionDuration, 'transaction', 0.5, 0.99),
        ...parts(METRICS.commitDuration, 'commit', 0.5, 0.99),
      ],
      thresholds: [{ from: 0.5, color: 'red' }],
    },
    {
      ...line,
      width: 6,
      title: 'Connections',
      description: 'In all processes. Where something always waits, the database is slow or a replica is missing.',
      queries: [
        { expr: `sum by (pool, state) (${series(METRICS.databaseConnections)})`, legend: '{{pool}}, {{state}}' },
        { expr: `sum by (pool) (${series(METRICS.databaseWaiting)})`, legend: '{{pool}}, waiting' },
      ],
    },
    {
      ...line,
      width: 6,
      title: 'Tried again',
      description: 'Transactions begun again, and connections made anew that PostgreSQL tells of changes by.',
      style: 'bars',
      queries: [
        { expr: increase(METRICS.transactionRetries, WINDOW), legend: 'transactions' },
        { expr: increase(METRICS.listenReconnects, WINDOW), legend: 'connections' },
      ],
    },
  ];
}

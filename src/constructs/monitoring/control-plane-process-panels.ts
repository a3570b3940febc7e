import { CONTROL_PLANE_METRICS as METRICS, PROCESS_METRICS } from '../../api';
import { alike, grown, line, ofControlPlane, ofEach, parts, PROCESS, WINDOW } from './control-plane-panels';
import type { Panel, SeriesPanel } from './grafana';

const { series, highest } = ofControlPlane;

export function requestPanels(): Panel[] {
  const counted = { ...line, style: 'bars' } as const satisfies Partial<SeriesPanel>;
  return [
    {
      ...counted,
      width: 6,
      title: 'HTTP requests',
      description: 'Requests that were answered within $window, by method.',
      queries: [grown(METRICS.httpRequests, 'method')],
    },
    {
      ...counted,
      width: 6,
      title: 'HTTP refusals',
      description:
        'By status, within $window. 401 and 403 are wrong keys, 429 too many at once, 503 a database or a storage that fails.',
      queries: [grown(METRICS.httpRequests, 'code', 'code=~"4..|5.."')],
    },
    {
      ...counted,
      width: 6,
      title: 'MQTT refusals',
      description: 'Requests by MQTT that were refused within $window, by code.',
      queries: [grown(METRICS.mqttRequests, 'code', 'code!="ok"')],
    },
    {
      ...line,
      width: 6,
      title: 'MQTT connections',
      description: 'To the embedded broker. None where the broker is outside.',
      queries: [ofEach(METRICS.mqttConnections)],
    },
    {
      ...counted,
      width: 8,
      title: 'Log-ins',
      description: 'Of people and programs, and proofs of pools that were checked, within $window, by way.',
      queries: [grown(METRICS.logIns, 'way', 'result="ok"')],
    },
    {
      ...counted,
      width: 8,
      title: 'Refused log-ins',
      description:
        'Within $window, by way, those that were slowed down included. The audit trail says from where keys were tried.',
      queries: [grown(METRICS.logIns, 'way', 'result!="ok"')],
    },
    {
      ...counted,
      width: 8,
      title: 'Pushes',
      description:
        'Deliveries of git hosts within $window, by what came of them. Where refused ones grow, a webhook has another secret than its stack.',
      queries: [grown(METRICS.pushes, 'result')],
    },
  ];
}

export function brokerPanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Connected',
      description: 'Whether each process is connected, and attempts to connect within $window.',
      queries: [ofEach(METRICS.brokerConnected), grown(METRICS.brokerConnects, 'result')],
    },
    {
      ...line,
      title: 'Messages',
      description: 'By result, within $window. Dropped ones are sent again when they are asked for.',
      style: 'bars',
      queries: [grown(METRICS.brokerPublishes, 'result')],
    },
    {
      ...line,
      title: 'Bytes that wait',
      description: 'Until the broker reads them. Where that grows, the broker is slow.',
      unit: 'bytes',
      queries: [ofEach(METRICS.brokerWaitingBytes)],
    },
  ];
}

export function processPanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Event loop',
      description: 'How long it was held, in 99 of 100 looks at most: every answer is late by that.',
      unit: 's',
      queries: [ofEach(PROCESS_METRICS.eventLoopLag)],
      thresholds: [
        { from: 0.05, color: 'orange' },
        { from: 0.25, color: 'red' },
      ],
    },
    {
      ...line,
      title: 'Memory',
      description: 'Resident memory. At the limit of the container the process is killed.',
      unit: 'bytes',
      queries: [ofEach(PROCESS_METRICS.residentMemory)],
    },
    {
      ...line,
      title: 'Processor',
      description: 'Cores in use. Near 1 one process has all that it can use: add a replica, on PostgreSQL.',
      queries: [{ expr: `rate(${series(PROCESS_METRICS.cpu)}[${WINDOW}])`, legend: PROCESS }],
      thresholds: [{ from: 0.6, color: 'orange' }],
    },
  ];
}

export function roomPanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Free on the volume',
      description: 'Of the data folder. Below the mark uploads are refused and everything else goes on.',
      unit: 'bytes',
      queries: [ofEach(METRICS.freeBytes)],
    },
    {
      ...line,
      title: 'Stored sources and workspaces',
      description: 'As they were found at the last sweep.',
      unit: 'bytes',
      style: 'stack',
      queries: [alike(METRICS.blobsStored, 'kind')],
    },
    {
      ...line,
      title: 'Uploads',
      description: 'Uploads under way, and whether any process takes them (1) or there is no room (0).',
      queries: [
        { expr: `sum by (kind) (${series(METRICS.blobUploads)})`, legend: '{{kind}}' },
        { expr: highest(METRICS.takesUploads), legend: 'taken' },
      ],
    },
    {
      ...line,
      title: 'Transferred',
      description: 'Bytes of sources and workspaces that were taken (in) and given out (out).',
      unit: 'Bps',
      queries: [
        {
          expr: `sum by (kind, direction) (rate(${series(METRICS.blobBytes)}[${WINDOW}]))`,
          legend: '{{kind}}, {{direction}}',
        },
      ],
    },
    {
      ...line,
      title: 'Removed',
      description:
        'Runs, logs, blobs and entries of the audit trail that were kept long enough, or that nobody needed, within $window.',
      style: 'bars',
      queries: [grown(METRICS.retired, 'what')],
    },
    ...webhookPanels(),
    {
      ...line,
      title: 'Certificates',
      description: 'Time until each ends. That of the server is renewed by itself.',
      unit: 's',
      queries: [
        { expr: `min by (certificate) (${series(METRICS.certificateEnds)} - time())`, legend: '{{certificate}}' },
      ],
    },
  ];
}

function webhookPanels(): Panel[] {
  return [
    {
      ...line,
      title: 'Webhooks',
      description: 'Attempts to deliver within $window, by result; unreachable: no answer came.',
      style: 'bars',
      queries: [grown(METRICS.webhookAttempts, 'result')],
    },
    {
      ...line,
      title: 'Webhooks that wait',
      description: 'Deliveries that wait, and webhooks that are tried seldom because they fail.',
      queries: [
        { expr: highest(METRICS.webhookWaiting), legend: 'deliveries' },
        { expr: highest(METRICS.webhooksPaused), legend: 'webhooks tried seldom' },
      ],
    },
    {
      ...line,
      title: 'Time of deliveries',
      description: 'How long attempts take, and how long the oldest delivery waits.',
      unit: 's',
      queries: [
        ...parts(METRICS.webhookDuration, 'attempt', 0.5, 0.99),
        { expr: highest(METRICS.webhookOldest), legend: 'wait' },
      ],
    },
  ];
}

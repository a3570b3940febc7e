import type { MetricDescription } from './metrics';

type Metrics = Readonly<Record<string, MetricDescription>>;

const CONTROL_PLANE = 'worker_pools_control_plane';

/** Fine around the tenth of a second that an assignment may take; minutes are for those who wait for a worker. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600] as const;

/** Around a second, which a warm node takes, and minutes, which a new one does. */
const POD_BUCKETS = [0.25, 0.5, 1, 2, 4, 10, 30, 60, 120, 300, 900] as const;

/** Runs take from seconds to the days until somebody confirms. */
const RUN_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400] as const;

/** What the bundled control plane serves of itself. */
export const CONTROL_PLANE_METRICS = {
  runs: {
    name: `${CONTROL_PLANE}_runs`,
    type: 'gauge',
    help: 'Runs that have not ended, by state.',
    labels: ['state'],
  },
  oldestWaitingRun: {
    name: `${CONTROL_PLANE}_oldest_waiting_run_seconds`,
    type: 'gauge',
    help: 'How long the run waits that has waited longest for a worker alone; 0 where none waits.',
    labels: [],
  },
  assignment: {
    name: `${CONTROL_PLANE}_run_assignment_seconds`,
    type: 'histogram',
    help: 'Time from the moment that a run was queued or confirmed until a worker had it.',
    labels: [],
    buckets: BUCKETS,
  },
  assignmentView: {
    name: `${CONTROL_PLANE}_assignment_view_seconds`,
    type: 'histogram',
    help: 'Time from the assignment of a run until its controller was sent the view with it: no wait for a free worker is in it.',
    labels: [],
    buckets: BUCKETS,
  },
  triggerView: {
    name: `${CONTROL_PLANE}_run_trigger_view_seconds`,
    type: 'histogram',
    help: 'Time from the creation of a run until a controller was sent the view with its first assignment, with all that it waited for.',
    labels: [],
    buckets: BUCKETS,
  },
  podStart: {
    name: `${CONTROL_PLANE}_run_pod_start_seconds`,
    type: 'histogram',
    help: 'Time from the assignment of a run until its Pod was let start: its creation, a node, images and the container init are in it.',
    labels: [],
    buckets: POD_BUCKETS,
  },
  firstLine: {
    name: `${CONTROL_PLANE}_run_first_line_seconds`,
    type: 'histogram',
    help: "Time from the start of a run's Pod until the first line of its steps was in the run's log.",
    labels: [],
    buckets: POD_BUCKETS,
  },
  runDuration: {
    name: `${CONTROL_PLANE}_run_seconds`,
    type: 'histogram',
    help: 'Time from the creation of a run until its end, with all that it waited for, by the state in which it ended.',
    labels: ['type', 'state'],
    buckets: RUN_BUCKETS,
  },
  sessions: {
    name: `${CONTROL_PLANE}_sessions`,
    type: 'gauge',
    help: 'Sessions of controllers whose lease runs (alive), and those that are silent for longer (silent).',
    labels: ['state'],
  },
  leases: {
    name: `${CONTROL_PLANE}_leases`,
    type: 'gauge',
    help: 'Leases that run, of sessions of controllers and of runs that have started.',
    labels: ['holder'],
  },
  leasesEnding: {
    name: `${CONTROL_PLANE}_leases_ending`,
    type: 'gauge',
    help: 'Leases of which less than a third is left, those of runs that are past their end included.',
    labels: ['holder'],
  },
  oldestLease: {
    name: `${CONTROL_PLANE}_oldest_lease_seconds`,
    type: 'gauge',
    help: 'How long the holder of a lease has been silent that has been silent longest; 0 where there is none.',
    labels: ['holder'],
  },
  retired: {
    name: `${CONTROL_PLANE}_retention_removed_total`,
    type: 'counter',
    help: 'What this process removed because it was kept long enough, or nobody needed it: runs, logs, blobs and entries of the audit trail (audit_entries).',
    labels: ['what'],
  },
  webhookAttempts: {
    name: `${CONTROL_PLANE}_webhook_attempts_total`,
    type: 'counter',
    help: 'Attempts of this process to deliver to a webhook: delivered, refused by its answer, or unreachable.',
    labels: ['result'],
  },
  webhookDuration: {
    name: `${CONTROL_PLANE}_webhook_attempt_seconds`,
    type: 'histogram',
    help: 'Time that an attempt to deliver to a webhook took.',
    labels: [],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
  webhookWaiting: {
    name: `${CONTROL_PLANE}_webhook_deliveries_waiting`,
    type: 'gauge',
    help: 'Deliveries that wait for webhooks that are enabled.',
    labels: [],
  },
  webhookOldest: {
    name: `${CONTROL_PLANE}_webhook_oldest_waiting_seconds`,
    type: 'gauge',
    help: 'How long the oldest of these waits; 0 where none does.',
    labels: [],
  },
  webhooksPaused: {
    name: `${CONTROL_PLANE}_webhooks_paused`,
    type: 'gauge',
    help: 'Webhooks that failed so often in a row that they are tried seldom.',
    labels: [],
  },
  transactions: {
    name: `${CONTROL_PLANE}_database_transactions_total`,
    type: 'counter',
    help: 'Transactions by result: committed, refused (the request was) or failed (the database did).',
    labels: ['result'],
  },
  transactionDuration: {
    name: `${CONTROL_PLANE}_database_transaction_seconds`,
    type: 'histogram',
    help: 'Time from the call for a transaction until it was durable or given up.',
    labels: [],
    buckets: BUCKETS,
  },
  commitDuration: {
    name: `${CONTROL_PLANE}_database_commit_seconds`,
    type: 'histogram',
    help: 'Time that a commit took until it was durable; in SQLite several transactions share one.',
    labels: [],
    buckets: BUCKETS,
  },
  transactionRetries: {
    name: `${CONTROL_PLANE}_database_retries_total`,
    type: 'counter',
    help: 'Transactions begun again after a conflict with another process, or on a connection that had broken.',
    labels: [],
  },
  databaseConnections: {
    name: `${CONTROL_PLANE}_database_connections`,
    type: 'gauge',
    help: 'Connections to the database, by pool (transactions, reads) and state (used, idle).',
    labels: ['pool', 'state'],
  },
  databaseWaiting: {
    name: `${CONTROL_PLANE}_database_waiting`,
    type: 'gauge',
    help: 'Transactions and reads that wait for a connection, by pool.',
    labels: ['pool'],
  },
  listenReconnects: {
    name: `${CONTROL_PLANE}_database_listen_reconnects_total`,
    type: 'counter',
    help: 'Times that the connection broke by which PostgreSQL tells of changes, and was made anew.',
    labels: [],
  },
  httpRequests: {
    name: `${CONTROL_PLANE}_http_requests_total`,
    type: 'counter',
    help: 'Requests that were answered, by method and HTTP status.',
    labels: ['method', 'code'],
  },
  logIns: {
    name: `${CONTROL_PLANE}_log_ins_total`,
    type: 'counter',
    help: 'Log-ins by way (key: with its secret, oidc: with a token in place of it, page; of pools by the proofs that were checked: pool over HTTP, mqtt) and result: ok, refused, or slowed after too many that were.',
    labels: ['way', 'result'],
  },
  pushes: {
    name: `${CONTROL_PLANE}_pushes_total`,
    type: 'counter',
    help: 'Deliveries of git hosts that tell of pushes, by the kind of host (empty where it is not known) and result: run, nothing (no run follows such), refused, or slowed after too many.',
    labels: ['host', 'result'],
  },
  mqttConnections: {
    name: `${CONTROL_PLANE}_mqtt_connections`,
    type: 'gauge',
    help: 'Connections to the embedded MQTT broker.',
    labels: [],
  },
  mqttRequests: {
    name: `${CONTROL_PLANE}_mqtt_requests_total`,
    type: 'counter',
    help: 'Requests by MQTT, by the code of their refusal, or ok.',
    labels: ['code'],
  },
  brokerConnected: {
    name: `${CONTROL_PLANE}_outside_broker_connected`,
    type: 'gauge',
    help: 'Whether this process is connected to the MQTT broker outside: 1 if so, else 0; no series without such a broker.',
    labels: [],
  },
  brokerConnects: {
    name: `${CONTROL_PLANE}_outside_broker_connects_total`,
    type: 'counter',
    help: 'Attempts to connect to the MQTT broker outside, by result: connected or failed.',
    labels: ['result'],
  },
  brokerPublishes: {
    name: `${CONTROL_PLANE}_outside_broker_publishes_total`,
    type: 'counter',
    help: 'Messages for the MQTT broker outside, by result: sent, failed, or dropped where it was not connected or did not read.',
    labels: ['result'],
  },
  brokerWaitingBytes: {
    name: `${CONTROL_PLANE}_outside_broker_waiting_bytes`,
    type: 'gauge',
    help: 'Bytes that wait to be read by the MQTT broker outside; no series without such a broker.',
    labels: [],
  },
  blobBytes: {
    name: `${CONTROL_PLANE}_blob_transferred_bytes_total`,
    type: 'counter',
    help: 'Bytes of sources and workspaces that this process took (in) and gave out (out).',
    labels: ['kind', 'direction'],
  },
  blobUploads: {
    name: `${CONTROL_PLANE}_blob_uploads`,
    type: 'gauge',
    help: 'Uploads of sources and workspaces, or parts of them, that this process takes now.',
    labels: ['kind'],
  },
  blobsStored: {
    name: `${CONTROL_PLANE}_blob_stored_bytes`,
    type: 'gauge',
    help: 'Bytes of the sources and workspaces that are stored, as they were found at the last sweep, some minutes ago.',
    labels: ['kind'],
  },
  takesUploads: {
    name: `${CONTROL_PLANE}_blob_uploads_accepted`,
    type: 'gauge',
    help: 'Whether uploads are taken: 1 if so, 0 where there is no room for them or the storage cannot be used.',
    labels: [],
  },
  certificateEnds: {
    name: `${CONTROL_PLANE}_certificate_expiration_timestamp_seconds`,
    type: 'gauge',
    help: 'When a certificate ends, in Unix time: that of the server, of the authority of pools, and of the client of the MQTT broker outside.',
    labels: ['certificate'],
  },
  ready: {
    name: `${CONTROL_PLANE}_ready`,
    type: 'gauge',
    help: 'Whether a check of /readyz passes: 1 if so, else 0.',
    labels: ['check'],
  },
  freeBytes: {
    name: `${CONTROL_PLANE}_data_free_bytes`,
    type: 'gauge',
    help: 'Bytes that are free on the volume of the data folder.',
    labels: [],
  },
  buildInfo: {
    name: `${CONTROL_PLANE}_build_info`,
    type: 'gauge',
    help: 'Always 1; the label says which version runs.',
    labels: ['version'],
  },
} as const satisfies Metrics;

/** Those of Node.js that dashboard and alerts of the control plane use. */
export const PROCESS_METRICS = {
  eventLoopLag: {
    name: 'nodejs_eventloop_lag_p99_seconds',
    type: 'gauge',
    help: 'How long the event loop was held since the last scrape, in 99 of 100 looks at it at most.',
    labels: [],
  },
  residentMemory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the process.',
    labels: [],
  },
  cpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'Time that the process spent on a processor.',
    labels: [],
  },
} as const satisfies Metrics;

import {
  ANSIBLE_RUNNER_IMAGE,
  CONTROL_PLANE_PORT,
  IMAGE,
  RETENTION,
  SHUTDOWN_GRACE_SECONDS,
  START_DEADLINE_SECONDS,
} from '../../api';
import { isEveryAddress } from '../../control-plane/listen';
import { HttpAddress, MqttAddress } from '../../protocol/token';
import { VERSION } from '../version';
import { listenAddress, listOfTexts, oneOf, port, text, toggle, url, wholeNumber } from './kinds';
import type { Rule } from './read';
import { optional, setting } from './setting';

const httpAddress = url('https://host[:port] or http://host[:port], without a path', HttpAddress);
const mqttAddress = url('mqtts://host[:port] or mqtt://host[:port], without a path', MqttAddress);

/** Names the file with settings. */
export const FILE_VARIABLE = 'WORKER_POOLS_CONFIG';

/** All that the control plane can be told. */
export const CONTROL_PLANE_SETTINGS = {
  listen: setting(
    listenAddress(),
    'address and port of HTTPS; port 0 is a free one, and :8443 is every address, IPv6 and IPv4. MQTT and metrics have the same address',
    `localhost:${CONTROL_PLANE_PORT.https}`,
  ),
  mqtt: setting(toggle(), 'whether there is an MQTT broker for controllers', true, {
    off: 'no MQTT broker: HTTP long polling only',
  }),
  mqttPort: optional(port(), 'port of MQTT; 0 is a free one', {
    otherwise: `${CONTROL_PLANE_PORT.mqtts}; 0 where that of HTTPS is 0`,
  }),
  metricsPort: optional(port(), 'port of /metrics, /healthz and /readyz in plain HTTP; 0 is a free one', {
    otherwise: 'no metrics; /healthz and /readyz are at the port of HTTPS, too',
  }),
  publicUrl: optional(
    httpAddress,
    'https://host:port at which workers and people reach it; goes into the tokens of pools',
    { otherwise: 'made from the address of listen, which must be a certain one' },
  ),
  mqttUrl: optional(mqttAddress, 'mqtts://host:port of its broker; goes into the tokens of pools', {
    otherwise: 'made from publicUrl and the port of MQTT',
  }),
  tls: setting(toggle(), 'whether HTTP and MQTT are served over TLS', true, {
    off: 'plain HTTP and MQTT, behind a proxy that terminates TLS',
  }),
  tlsSans: setting(listOfTexts('name'), 'more names and addresses in the certificate of the server', [], {
    flag: 'tls-san',
    otherwise: 'those of listen, publicUrl, mqttUrl and localhost',
  }),
  trustedProxies: setting(
    listOfTexts('address'),
    'proxies in front whose X-Forwarded-For is believed: addresses, or networks such as 10.0.0.0/8',
    [],
    { flag: 'trusted-proxy' },
  ),
  webhookNetworks: setting(
    listOfTexts('address'),
    'where webhooks may be sent, beside public addresses: addresses, or networks such as 10.0.0.0/8',
    [],
    { flag: 'webhook-network' },
  ),
  dataDir: setting(
    text('dir'),
    'folder of the database, sources, run states, certificates and keys',
    './control-plane-data',
  ),
  databaseUrl: optional(
    text('url'),
    'PostgreSQL, as postgresql://user:password@host:5432/database; `sslmode=verify-full` and `sslrootcert=<file>` are parameters of it',
    { isSecret: true, otherwise: 'SQLite in the data folder' },
  ),
  databaseUrlFile: optional(text('file'), 'file that has the address of PostgreSQL, such as one of a mounted Secret', {
    otherwise: 'WORKER_POOLS_DATABASE_URL, or SQLite in the data folder',
  }),
  keysDir: optional(
    text('dir'),
    'folder with the keys, such as a mounted Secret; several processes need one with the same',
    {
      otherwise: 'the data folder, where missing ones are made',
    },
  ),
  tlsDir: optional(
    text('dir'),
    'folder with tls.crt and tls.key, and ca.crt unless everybody trusts them, for the server to show; taken again when it changes',
    { otherwise: 'certificates of the authority of the control plane' },
  ),
  'blobs.minFreeMiB': optional(
    wholeNumber('mebibytes', 0),
    'what uploads leave free on the volume of the data folder',
    {
      otherwise: '5 % of the volume, at most 1024',
    },
  ),
  'blobs.s3.bucket': optional(
    text('name'),
    'bucket for sources and sealed workspaces; credentials are looked for where the SDK of AWS does: variables such as AWS_ACCESS_KEY_ID, a web identity, the role of the machine',
    { otherwise: 'they are files of the data folder' },
  ),
  'blobs.s3.prefix': optional(text('prefix'), 'what the names of its objects begin with, such as worker-pools/'),
  'blobs.s3.endpoint': optional(httpAddress, 'address of an S3-compatible storage', { otherwise: 'that of AWS' }),
  'blobs.s3.region': optional(text('name'), 'region of the bucket', { otherwise: 'AWS_REGION' }),
  'blobs.s3.forcePathStyle': setting(
    toggle(),
    "whether the bucket's name stands in the path and not in the host name, as most storages but that of AWS want it",
    false,
  ),
  'blobs.s3.serverSideEncryption': optional(
    oneOf('how', ['AES256', 'aws:kms']),
    'how the storage is asked to encrypt each object',
    { otherwise: 'as the bucket does by itself' },
  ),
  'blobs.s3.kmsKeyId': optional(text('id'), 'key of aws:kms', { otherwise: "the account's" }),
  'mqttBroker.url': optional(
    mqttAddress,
    'mqtts://host:port of a broker outside (MQTT 5) in place of the embedded one, as docs/operations/mqtt-broker.md sets it up',
    { otherwise: 'the embedded broker' },
  ),
  'mqttBroker.clientUrl': optional(mqttAddress, 'its address for controllers; goes into the tokens of pools', {
    otherwise: 'mqttBroker.url',
  }),
  'mqttBroker.caFile': optional(text('file'), "certificates of the authorities that signed the broker's", {
    otherwise: 'the authority of the control plane, and those that everybody trusts',
  }),
  'mqttBroker.certFile': optional(text('file'), 'certificate that the control plane shows the broker'),
  'mqttBroker.keyFile': optional(text('file'), 'private key of that certificate'),
  'retention.runDays': setting(
    wholeNumber('days', 0),
    'how long ended runs are kept, with their attempts; 0 is for ever',
    RETENTION.runDays,
  ),
  'retention.runsPerStack': setting(
    wholeNumber('runs', 0),
    'the newest runs of each stack, kept whatever their age',
    RETENTION.runsPerStack,
  ),
  'retention.logDays': setting(
    wholeNumber('days', 0),
    'how long the logs of ended runs are kept; 0 is for ever',
    RETENTION.logDays,
  ),
  'retention.logMiBPerRun': setting(
    wholeNumber('mebibytes', 0),
    'what is kept of a log; it is cut there with a mark, and the run goes on; 0 is no limit',
    RETENTION.logMiBPerRun,
  ),
  'retention.stateVersions': setting(
    wholeNumber('versions', 1),
    "the newest versions of each stack's state, kept whatever their age",
    RETENTION.stateVersions,
  ),
  'retention.auditDays': setting(
    wholeNumber('days', 0),
    'how long entries of the audit trail are kept; 0 is for ever',
    RETENTION.auditDays,
  ),
  'retention.auditEntries': setting(
    wholeNumber('entries', 0),
    'the newest changes of the audit trail that are kept, and as many refusals; 0 is no limit',
    RETENTION.auditEntries,
  ),
  launcherImage: setting(
    text('image'),
    'image of the containers init and launcher-grpc',
    `${IMAGE.launcher}:${VERSION}`,
  ),
  defaultRunnerImage: setting(
    text('image'),
    'image of the container worker, unless stack or pool names another',
    `${IMAGE.runner}:${VERSION}`,
  ),
  defaultAnsibleRunnerImage: setting(text('image'), 'the same for stacks that Ansible runs', ANSIBLE_RUNNER_IMAGE),
  startDeadlineSeconds: setting(
    wholeNumber('seconds', 1),
    'how long a run Pod may take to start',
    START_DEADLINE_SECONDS,
  ),
  shutdownGraceSeconds: setting(
    wholeNumber('seconds', 0),
    'how long answers and uploads under way may take when the control plane is told to stop',
    SHUTDOWN_GRACE_SECONDS,
  ),
  shutdownDelaySeconds: setting(
    wholeNumber('seconds', 0),
    'how long it goes on as before when it is told to stop, not ready any more, until new connections go to another process; part of shutdownGraceSeconds, half of it at most',
    0,
  ),
  web: setting(
    oneOf('who', ['basic', 'open']),
    'who may see the web page: basic asks for the API key, open shows it to everybody',
    'basic',
  ),
  logLevel: setting(
    oneOf('level', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'lowest level that is logged, on standard error',
    'info',
  ),
  traces: setting(
    toggle(),
    'whether spans of requests, operations and transactions are sent by OTLP over HTTP, to where OTEL_EXPORTER_OTLP_ENDPOINT says',
    false,
  ),
  apiKeyId: optional(text('id'), 'id of the API key of people and programs', {
    isSecret: true,
    otherwise: 'made at the first start with its secret and kept in admin-key.json of the data folder',
  }),
  apiKeySecret: optional(text('secret', 16), 'secret of that API key', { isSecret: true }),
};

const isSaid = (value: unknown): boolean => value !== undefined && value !== false;

type ControlPlaneSettings = typeof CONTROL_PLANE_SETTINGS;

/** What single settings cannot say. */
export const CONTROL_PLANE_RULES: readonly Rule<ControlPlaneSettings>[] = [
  ({ listen, publicUrl }) =>
    publicUrl === undefined && isEveryAddress(listen.host)
      ? 'publicUrl: it must be set where listen is every address: which of them workers reach is not known here, and tokens of ' +
        `pools have to name it, like https://pools.example.com:${listen.port}`
      : undefined,
  ({ listen, mqtt, mqttPort, metricsPort }) => {
    const used = [listen.port, mqtt ? mqttPort : undefined, metricsPort].filter((each) => each !== undefined);
    const twice = used.find((each, at) => each !== 0 && used.indexOf(each) !== at);
    return twice === undefined
      ? undefined
      : `listen, mqttPort and metricsPort: they must differ, and ${twice} is there twice`;
  },
  ({ 'blobs.s3.bucket': bucket, ...others }) => {
    const used = Object.keys(others).find(
      (key) => key.startsWith('blobs.s3.') && isSaid(others[key as keyof typeof others]),
    );
    return bucket === undefined && used !== undefined ? `${used}: it is of no use without blobs.s3.bucket` : undefined;
  },
  ({ 'mqttBroker.url': broker, ...others }) => {
    const used = Object.keys(others).find(
      (key) => key.startsWith('mqttBroker.') && isSaid(others[key as keyof typeof others]),
    );
    return broker === undefined && used !== undefined ? `${used}: it is of no use without mqttBroker.url` : undefined;
  },
  ({ 'mqttBroker.certFile': cert, 'mqttBroker.keyFile': key }) =>
    (cert === undefined) === (key === undefined)
      ? undefined
      : 'mqttBroker.certFile and mqttBroker.keyFile: set both, or neither',
  ({ databaseUrl, databaseUrlFile }) =>
    databaseUrl === undefined || databaseUrlFile === undefined
      ? undefined
      : 'WORKER_POOLS_DATABASE_URL and databaseUrlFile: set one of them',
  ({ apiKeyId, apiKeySecret }) =>
    (apiKeyId === undefined) === (apiKeySecret === undefined)
      ? undefined
      : 'WORKER_POOLS_API_KEY_ID and WORKER_POOLS_API_KEY_SECRET: set both, or neither',
];

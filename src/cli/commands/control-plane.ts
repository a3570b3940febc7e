import { Command } from 'commander';
import type { ControlPlaneOptions } from '../../control-plane';
import { backupCommand, restoreCommand } from './control-plane-backup';
import { keysCommand, rotateEncryptionKeyCommand } from './control-plane-keys';
import { withExamples } from '../api/help';
import { requireFips } from '../../network/fips';
import { requireNode24 } from '../node-version';
import { readGiven } from '../api/given-file';
import { UserError } from '../run-program';
import { CONTROL_PLANE_RULES, CONTROL_PLANE_SETTINGS, FILE_VARIABLE } from '../settings/control-plane';
import { VERSION } from '../version';
import { addFlags, givenFlags } from '../settings/flags';
import { readSettings } from '../settings/read';
import type { Values } from '../settings/setting';

const MIB = 1024 * 1024;
/** What may go on when everything under way had its time; it is ended then. */
const LAST_WORDS_MS = 2_000;

/** `worker-pools control-plane`: pools, queue, logs, broker, GraphQL and web page, until it is told to stop. */
export function controlPlaneCommand(): Command {
  const command = new Command('control-plane')
    .description('Run the control plane: pools, run queue, logs, MQTT broker, GraphQL API and web page.')
    .option('--config <file>', `settings in YAML (default: $${FILE_VARIABLE})`)
    .option('--json', 'print one line on standard output when it serves: {"endpoint", "apiKeyId", "apiKeySecret"}');
  addFlags(command, CONTROL_PLANE_SETTINGS)
    .addHelpText(
      'after',
      `
Each of these is a variable, too (--data-dir: WORKER_POOLS_DATA_DIR), and a key of the file (dataDir); a flag wins over a
variable, that over the file. The API key is given by variables alone, WORKER_POOLS_API_KEY_ID and
WORKER_POOLS_API_KEY_SECRET (at least 16 characters); without them one is made at the first start and kept in
<data-dir>/admin-key.json. The certificate authority is <data-dir>/ca.crt.`,
    )
    .addCommand(keysCommand())
    .addCommand(rotateEncryptionKeyCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .action(run);
  return withExamples(
    command,
    'control-plane',
    'control-plane --listen 127.0.0.1:0 --data-dir ./data --json',
    'control-plane --listen :8443 --data-dir /var/lib/worker-pools --public-url https://pools.example.com:8443',
  );
}

type Settings = Values<typeof CONTROL_PLANE_SETTINGS>;

async function run({ config, json = false }: { config?: string; json?: boolean }, command: Command): Promise<void> {
  requireNode24('control-plane');
  requireFips();
  const settings = readSettings(
    CONTROL_PLANE_SETTINGS,
    {
      flags: givenFlags(command, CONTROL_PLANE_SETTINGS),
      variables: process.env,
      file: config ?? (process.env[FILE_VARIABLE] || undefined),
    },
    CONTROL_PLANE_RULES,
  );
  // CommonJS: a bundle in pieces has no named exports of it.
  const [{ default: pino }, { startControlPlane }] = await Promise.all([import('pino'), import('../../control-plane')]);
  const logger = pino({ level: settings.logLevel, base: undefined }, pino.destination(2));
  const stopping = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
    }
  });
  const controlPlane = await startControlPlane({ ...toOptions(settings), logger }).catch((error: unknown) => {
    throw explain(error, settings);
  });
  if (json) {
    const { endpoint, apiKey } = controlPlane;
    process.stdout.write(`${JSON.stringify({ endpoint, apiKeyId: apiKey.id, apiKeySecret: apiKey.secret })}\n`);
  }
  logger.info({ signal: await stopping }, 'stopping');
  setTimeout(() => process.exit(1), settings.shutdownGraceSeconds * 1000 + LAST_WORDS_MS).unref();
  await controlPlane.close();
}

function toOptions(settings: Settings): ControlPlaneOptions {
  const { listen, mqtt, mqttPort, apiKeyId, apiKeySecret, ...same } = settings;
  return {
    ...same,
    ...listen,
    version: VERSION,
    databaseUrl: settings.databaseUrl ?? contentOf('databaseUrlFile', settings.databaseUrlFile),
    mqttPort: mqtt ? mqttPort : null,
    blobs: blobOptions(settings),
    mqttBroker: brokerOptions(settings),
    retention: {
      runDays: settings['retention.runDays'],
      runsPerStack: settings['retention.runsPerStack'],
      logDays: settings['retention.logDays'],
      logMiBPerRun: settings['retention.logMiBPerRun'],
      stateVersions: settings['retention.stateVersions'],
      auditDays: settings['retention.auditDays'],
      auditEntries: settings['retention.auditEntries'],
    },
    apiKey: apiKeyId !== undefined && apiKeySecret !== undefined ? { id: apiKeyId, secret: apiKeySecret } : undefined,
  };
}

function brokerOptions(settings: Settings): ControlPlaneOptions['mqttBroker'] {
  const { 'mqttBroker.url': url } = settings;
  if (url === undefined) return undefined;
  return {
    url,
    clientUrl: settings['mqttBroker.clientUrl'],
    ca: contentOf('mqttBroker.caFile', settings['mqttBroker.caFile']),
    cert: contentOf('mqttBroker.certFile', settings['mqttBroker.certFile']),
    key: contentOf('mqttBroker.keyFile', settings['mqttBroker.keyFile']),
  };
}

/** A secret in a file: without the line feed that editors leave at its end. */
function contentOf(key: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : readGiven(path, key).trim();
}

function blobOptions(settings: Settings): ControlPlaneOptions['blobs'] {
  const { 'blobs.minFreeMiB': minFreeMiB, 'blobs.s3.bucket': bucket } = settings;
  const s3 = {
    prefix: settings['blobs.s3.prefix'],
    endpoint: settings['blobs.s3.endpoint'],
    region: settings['blobs.s3.region'],
    forcePathStyle: settings['blobs.s3.forcePathStyle'],
    serverSideEncryption: settings['blobs.s3.serverSideEncryption'],
    kmsKeyId: settings['blobs.s3.kmsKeyId'],
  };
  return {
    minFreeBytes: minFreeMiB === undefined ? undefined : minFreeMiB * MIB,
    s3: bucket === undefined ? undefined : { bucket, ...s3 },
  };
}

/** What is wrong with a folder or a file in it, by the codes of the system. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: 'is not for this user to write',
  EPERM: 'is not for this user to change',
  EROFS: 'is on a volume that cannot be written to',
  EEXIST: 'is a file, and should be a folder',
  ENOTDIR: 'cannot be a folder, because there is a file above it',
  ENOSPC: 'is on a volume that is full',
  EDQUOT: 'is on a volume of which this user has no more',
};

function explain(error: unknown, { dataDir }: Settings): unknown {
  const { code = '', syscall, port, address, path = dataDir } = error as Partial<SystemError>;
  if (code === 'EADDRINUSE')
    return new UserError(
      `port ${port} of ${address} is taken: stop what listens there, or give another --listen, --mqtt-port or --metrics-port`,
    );
  if (code === 'EADDRNOTAVAIL') return new UserError(`${address} is no address of this machine: give another --listen`);
  if (syscall === 'listen' && code === 'EACCES')
    return new UserError(
      `port ${port} is not for this user to listen at: give one from 1024 up, and a proxy before it`,
    );
  const why = UNUSABLE[code];
  return why === undefined ? error : new UserError(`${path} ${why}: mend that, or give another --data-dir`);
}

interface SystemError extends NodeJS.ErrnoException {
  readonly port: number;
  readonly address: string;
}

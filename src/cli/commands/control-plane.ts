import { Command } from 'commander';
import { CONTROL_PLANE_PORT, IMAGE, START_DEADLINE_SECONDS } from '../../api';
import type { ControlPlaneOptions } from '../../control-plane';
import { backupCommand, restoreCommand } from './control-plane-backup';
import { keysCommand, rotateEncryptionKeyCommand } from './control-plane-keys';
import { withExamples } from '../api/help';
import { requireNode24 } from '../node-version';
import { collect, logLevel, wholeNumber } from '../options';
import { UserError } from '../run-program';
import { VERSION } from '../version';

interface Flags {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly mqtt: boolean;
  readonly publicUrl?: string;
  readonly mqttUrl?: string;
  readonly tlsSan?: string[];
  readonly tls: boolean;
  readonly launcherImage: string;
  readonly defaultRunnerImage: string;
  readonly startDeadlineSeconds: number;
  readonly webOpen?: boolean;
  readonly logLevel: string;
}

/** `worker-pools control-plane`: pools, queue, logs, broker, GraphQL and web page, until it is told to stop. */
export function controlPlaneCommand(): Command {
  const command = new Command('control-plane')
    .description('Run the control plane: pools, run queue, logs, MQTT broker, GraphQL API and web page.')
    .option('--data-dir <dir>', 'database, sources, run states, certificates and keys', './control-plane-data')
    .option('--host <address>', 'address to listen on', '0.0.0.0')
    .option('--port <port>', 'port of HTTPS; 0: a free one', wholeNumber(0, 65535), CONTROL_PLANE_PORT.https)
    .option('--mqtt-port <port>', 'port of MQTT; 0: a free one', wholeNumber(0, 65535), CONTROL_PLANE_PORT.mqtts)
    .option('--no-mqtt', 'no broker: HTTP long polling only')
    .option(
      '--public-url <url>',
      'https://host:port that workers and people use; goes into tokens (default: made from host and port)',
    )
    .option('--mqtt-url <url>', 'mqtts://host:port that goes into tokens (default: made from the public URL)')
    .option('--tls-san <name>', 'another name or address in the server certificate, repeatable', collect)
    .option('--no-tls', 'plain HTTP and MQTT, behind a proxy that terminates TLS')
    .option(
      '--launcher-image <image>',
      'image of the containers init and launcher-grpc',
      `${IMAGE.launcher}:${VERSION}`,
    )
    .option(
      '--default-runner-image <image>',
      'image of the container worker, unless stack or pool names another',
      `${IMAGE.runner}:${VERSION}`,
    )
    .option(
      '--start-deadline-seconds <seconds>',
      'how long a run Pod may take to start',
      wholeNumber(1),
      START_DEADLINE_SECONDS,
    )
    .option('--web-open', 'show the web page to everybody who reaches it (default: it asks for the API key)')
    .addOption(logLevel())
    .addHelpText(
      'after',
      `
The API key comes from WORKER_POOLS_API_KEY_ID and WORKER_POOLS_API_KEY_SECRET (at least 16 characters). Without them one
is generated at the first start and kept in <data-dir>/admin-key.json. The certificate authority is <data-dir>/ca.crt.`,
    )
    .addCommand(keysCommand())
    .addCommand(rotateEncryptionKeyCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .action(run);
  return withExamples(
    command,
    'control-plane',
    'control-plane --data-dir /var/lib/worker-pools --public-url https://pools.example.com:8443',
  );
}

async function run(flags: Flags): Promise<void> {
  requireNode24('control-plane');
  // CommonJS: a bundle in pieces has no named exports of it.
  const [{ default: pino }, { startControlPlane }] = await Promise.all([import('pino'), import('../../control-plane')]);
  const logger = pino({ level: flags.logLevel, base: undefined });
  const stopping = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
  const controlPlane = await startControlPlane({ ...toOptions(flags), logger }).catch((error: unknown) => {
    throw explain(error, flags);
  });
  logger.info({ signal: await stopping }, 'stopping');
  await controlPlane.close();
}

function toOptions(flags: Flags): ControlPlaneOptions {
  const apiKey = apiKeyOf(process.env);
  return {
    dataDir: flags.dataDir,
    host: flags.host,
    port: flags.port,
    mqttPort: flags.mqtt ? flags.mqttPort : null,
    ...(flags.publicUrl === undefined ? {} : { publicUrl: flags.publicUrl }),
    ...(flags.mqttUrl === undefined ? {} : { mqttUrl: flags.mqttUrl }),
    tlsSans: flags.tlsSan ?? [],
    tls: flags.tls,
    launcherImage: flags.launcherImage,
    defaultRunnerImage: flags.defaultRunnerImage,
    startDeadlineSeconds: flags.startDeadlineSeconds,
    web: flags.webOpen ? 'open' : 'basic',
    ...(apiKey ? { apiKey } : {}),
  };
}

function apiKeyOf(environment: NodeJS.ProcessEnv): { id: string; secret: string } | undefined {
  const [id, secret] = [environment.WORKER_POOLS_API_KEY_ID, environment.WORKER_POOLS_API_KEY_SECRET];
  if (!id && !secret) return undefined;
  if (!id || !secret)
    throw new UserError('set WORKER_POOLS_API_KEY_ID and WORKER_POOLS_API_KEY_SECRET both, or neither');
  if (secret.length < 16) throw new UserError('WORKER_POOLS_API_KEY_SECRET is too short: use at least 16 characters');
  return { id, secret };
}

function explain(error: unknown, flags: Flags): unknown {
  const { code, port: taken } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE')
    return new UserError(
      `port ${taken} of ${flags.host} is taken: stop what listens there, or give another --port or --mqtt-port`,
    );
  if (code === 'EACCES' || code === 'EROFS')
    return new UserError(`${flags.dataDir} is not writable: give another --data-dir`);
  return error;
}

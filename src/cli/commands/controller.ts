import { Command, InvalidArgumentError, Option } from 'commander';
import { LEADER_ELECTION_SECONDS } from '../../api';
import { LOG_FORMATS } from '../../controller/logging';
import {
  OPTION_DEFAULTS as usual,
  OptionsError,
  parseBindAddress,
  type ControllerOptions,
} from '../../controller/options';
import { parseDuration } from '../../time';
import { requireFips } from '../../network/fips';
import { withExamples } from '../api/help';
import { requireNode24 } from '../node-version';
import { logLevel } from '../options';
import { UserError } from '../run-program';
import { VERSION } from '../version';

/** Time for what is printed last. */
const LAST_WORDS_MS = 1_000;

/** `worker-pools controller`: looks after WorkerPools, Workers and run Pods until it is told to stop. */
export function controllerCommand(): Command {
  const command = new Command('controller')
    .description('Reconcile WorkerPools, Workers and run Pods of a cluster.')
    .option('--kubeconfig <path>', "kubeconfig to use (default: $KUBECONFIG, ~/.kube/config, then the Pod's account)")
    .addOption(
      new Option('--namespaces <name>', 'namespace to watch, repeatable').argParser(collect).default([], 'all'),
    )
    .option('--controller-namespace <name>', 'namespace of the Lease (default: $CONTROLLER_NAMESPACE)')
    .option(
      '--leader-elect-lease-name <name>',
      'name of the Lease: replicas that share it elect a leader (default: $WORKER_POOLS_LEASE_NAME)',
    )
    .option('--leader-elect [boolean]', 'elect a leader, so that several replicas may run', flag, false)
    .addOption(
      timing(
        'lease-duration',
        'how long after its last renewal another replica may take the Lease',
        LEADER_ELECTION_SECONDS.leaseDuration,
      ),
    )
    .addOption(
      timing(
        'renew-deadline',
        'how long a leader may fail to renew the Lease before it stops',
        LEADER_ELECTION_SECONDS.renewDeadline,
      ),
    )
    .addOption(
      timing(
        'retry-period',
        'time between two attempts to take or renew the Lease',
        LEADER_ELECTION_SECONDS.retryPeriod,
      ),
    )
    .option(
      '--health-probe-bind-address <address>',
      '/healthz and /readyz; 0: none',
      address,
      usual.healthProbeBindAddress,
    )
    .option('--metrics-bind-address <address>', '/metrics; 0: none', address, usual.metricsBindAddress)
    .option(
      '--metrics-secure [boolean]',
      'serve metrics over HTTPS, to callers that the API server authorizes',
      flag,
      usual.metricsSecure,
    )
    .option('--enable-http2 [boolean]', 'accepted for compatibility; HTTP/1.1 is always used', flag, false)
    .option('--kube-api-qps <number>', 'average requests a second to the API server', positive, usual.kubeApiQps)
    .option('--kube-api-burst <number>', 'burst of requests to the API server', positive, usual.kubeApiBurst)
    .addOption(logLevel(usual.logLevel))
    .addOption(
      new Option('--log-format <format>', 'how a line is written').choices(LOG_FORMATS).default(usual.logFormat),
    )
    .action(async (flags: Flags) => {
      requireNode24('controller');
      requireFips();
      const { LeaseLostError, runController } = await import('../../controller/main');
      const stopping = new AbortController();
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
      try {
        await runController(options(flags), { signal: stopping.signal });
      } catch (error) {
        if (error instanceof LeaseLostError || error instanceof OptionsError) throw new UserError(error.message);
        throw error;
      } finally {
        // Whatever still hangs then was given up.
        setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
      }
    });
  return withExamples(
    command,
    'controller --kubeconfig ~/.kube/config --controller-namespace worker-pools',
    'controller --leader-elect --namespaces network --namespaces data --metrics-bind-address :8443',
  );
}

/** Options as commander names them, after their flags. */
interface Flags extends Omit<ControllerOptions, 'leaderElection' | 'leaseName' | 'version'> {
  readonly leaderElectLeaseName?: string;
  readonly leaderElectLeaseDuration: number;
  readonly leaderElectRenewDeadline: number;
  readonly leaderElectRetryPeriod: number;
}

function options(flags: Flags): ControllerOptions {
  const { leaderElectLeaseName, leaderElectLeaseDuration, leaderElectRenewDeadline, leaderElectRetryPeriod, ...rest } =
    flags;
  return {
    ...rest,
    ...(leaderElectLeaseName && { leaseName: leaderElectLeaseName }),
    leaderElection: {
      leaseDurationMs: leaderElectLeaseDuration,
      renewDeadlineMs: leaderElectRenewDeadline,
      retryPeriodMs: leaderElectRetryPeriod,
    },
    version: VERSION,
  };
}

function timing(name: string, description: string, seconds: number): Option {
  const option = new Option(`--leader-elect-${name} <time>`, description).argParser(duration);
  return option.default(seconds * 1_000, `${seconds}s`);
}

function duration(value: string): number {
  const milliseconds = parseDuration(value);
  if (milliseconds !== undefined && milliseconds >= 1) return milliseconds;
  throw new InvalidArgumentError('it must be a time above 0, like 500ms, 15s or 1m30s');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(',').filter((name) => name !== '')];
}

function address(value: string): string {
  try {
    parseBindAddress('address', value);
    return value;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function flag(value: string): boolean {
  // What programs in Go take, because arguments written for Spacelift's controller keep working.
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw new InvalidArgumentError('allowed are true and false');
}

function positive(value: string): number {
  const number = Number(value);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('it must be a number above 0');
}

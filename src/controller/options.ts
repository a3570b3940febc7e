import { readFileSync } from 'node:fs';
import { CONTROLLER_VARIABLE, HEALTH_PORT, LEADER_ELECTION_SECONDS } from '../api';
import { formatDuration } from '../time';
import type { LogFormat } from './logging';

/** What the controller can be told; each is a flag of `worker-pools controller` too. */
export interface ControllerOptions {
  /** Path of a kubeconfig. @default $KUBECONFIG, ~/.kube/config, then the Pod's service account */
  readonly kubeconfig?: string;
  /** Namespaces to look after. @default every namespace */
  readonly namespaces?: readonly string[];
  /** Where the Lease lives. @default $CONTROLLER_NAMESPACE, then the Pod's namespace, then CONTROLLER_DEFAULTS */
  readonly controllerNamespace?: string;
  /** Name of the Lease: those who share it take turns. @default $WORKER_POOLS_LEASE_NAME, then CONTROLLER_DEFAULTS */
  readonly leaseName?: string;
  /** Wait for the Lease before writing anything, so that several replicas may run. @default false */
  readonly leaderElect?: boolean;
  /** How the Lease is held and taken. @default 15, 10 and 2 seconds */
  readonly leaderElection?: LeaderElectionTimings;
  /** Address of /healthz and /readyz: `:8081`, `127.0.0.1:8081`; `0` serves none. @default ':8081' */
  readonly healthProbeBindAddress?: string;
  /** Address of /metrics; `0` serves none. @default '0' */
  readonly metricsBindAddress?: string;
  /** Metrics by HTTPS, to callers whom the API server allows `get` on /metrics. False: plain HTTP to all. @default true */
  readonly metricsSecure?: boolean;
  /** Requests a second to the API server, on average. @default 500 */
  readonly kubeApiQps?: number;
  /** Requests to the API server at once, after a quiet time: a thousand Workers or runs are not slowed. @default 2000 */
  readonly kubeApiBurst?: number;
  /** Of pino: trace, debug, info, warn, error, fatal, silent. @default 'info' */
  readonly logLevel?: string;
  /** How a log line is written. @default 'json' */
  readonly logFormat?: LogFormat;
  /** WorkerPools looked after at once. @default 16 */
  readonly concurrency?: number;
  /**
   * Workers looked after at once. Connections and the request rate bound what the API server gets; a high number lets
   * the Pods of a burst of runs be created before the first of their Workers' statuses is written. @default 1000
   */
  readonly workerConcurrency?: number;
  /** Keep a PodDisruptionBudget wherever runs are carried out. @default $WORKER_POOLS_RUN_DISRUPTION_BUDGET, then false */
  readonly runDisruptionBudget?: boolean;
  /** Version that is told to the control plane. @default '0.0.0' */
  readonly version?: string;
}

export interface LeaderElectionTimings {
  /** How long others wait after the last renewal that they saw; longer than `renewDeadlineMs`. @default 15,000 */
  readonly leaseDurationMs?: number;
  /** A leader who could not renew for so long stops; longer than `retryPeriodMs`. @default 10,000 */
  readonly renewDeadlineMs?: number;
  /** Time between two attempts to take or renew the Lease. @default 2,000 */
  readonly retryPeriodMs?: number;
}

/** The options with everything decided. */
export type CompiledOptions = Required<Omit<ControllerOptions, 'kubeconfig' | 'leaderElection'>> &
  Pick<ControllerOptions, 'kubeconfig'> & { readonly leaderElection: Required<LeaderElectionTimings> };

/** Of an installation that names none: the namespace of Spacelift's manifests, and the Lease. */
export const CONTROLLER_DEFAULTS = {
  namespace: 'spacelift-worker-controller-system',
  leaseName: 'spacelift-workerpool-controller',
} as const;

const POD_NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** What the command line shows as its defaults, too. */
export const OPTION_DEFAULTS = {
  healthProbeBindAddress: `:${HEALTH_PORT}`,
  metricsBindAddress: '0',
  metricsSecure: true,
  kubeApiQps: 500,
  kubeApiBurst: 2_000,
  logLevel: 'info',
  logFormat: 'json',
} as const;

/** @throws OptionsError where options cannot work together */
export function compileOptions(options: ControllerOptions): CompiledOptions {
  return {
    ...options,
    namespaces: [...new Set(options.namespaces ?? [])],
    ...compileElection(options),
    healthProbeBindAddress: options.healthProbeBindAddress ?? OPTION_DEFAULTS.healthProbeBindAddress,
    metricsBindAddress: options.metricsBindAddress ?? OPTION_DEFAULTS.metricsBindAddress,
    metricsSecure: options.metricsSecure ?? OPTION_DEFAULTS.metricsSecure,
    kubeApiQps: options.kubeApiQps ?? OPTION_DEFAULTS.kubeApiQps,
    kubeApiBurst: options.kubeApiBurst ?? OPTION_DEFAULTS.kubeApiBurst,
    logLevel: options.logLevel ?? OPTION_DEFAULTS.logLevel,
    logFormat: options.logFormat ?? OPTION_DEFAULTS.logFormat,
    concurrency: options.concurrency ?? 16,
    workerConcurrency: options.workerConcurrency ?? 1_000,
    runDisruptionBudget: switchOf(CONTROLLER_VARIABLE.runDisruptionBudget, options.runDisruptionBudget),
    version: options.version ?? '0.0.0',
  };
}

function compileElection(options: ControllerOptions) {
  return {
    controllerNamespace: options.controllerNamespace || process.env.CONTROLLER_NAMESPACE || podNamespace(),
    leaseName: options.leaseName || process.env[CONTROLLER_VARIABLE.leaseName] || CONTROLLER_DEFAULTS.leaseName,
    leaderElect: options.leaderElect ?? false,
    leaderElection: compileTimings(options.leaderElection ?? {}),
  };
}

/** Options that are each allowed, but not together. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

function switchOf(variable: string, given: boolean | undefined): boolean {
  if (given !== undefined) return given;
  const value = process.env[variable] ?? '';
  if (value === 'true') return true;
  if (value === '' || value === 'false') return false;
  throw new OptionsError(`the variable ${variable} is "${value}"; allowed are true and false`);
}

function compileTimings(timings: LeaderElectionTimings): Required<LeaderElectionTimings> {
  const { leaseDuration, renewDeadline, retryPeriod } = LEADER_ELECTION_SECONDS;
  const {
    leaseDurationMs = leaseDuration * 1_000,
    renewDeadlineMs = renewDeadline * 1_000,
    retryPeriodMs = retryPeriod * 1_000,
  } = timings;
  if (leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs) {
    return { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
  }
  const given = [leaseDurationMs, renewDeadlineMs, retryPeriodMs].map(formatDuration);
  throw new OptionsError(
    `of leader election, the lease duration (${given[0]}) must be longer than the renew deadline (${given[1]}), ` +
      `and that longer than the retry period (${given[2]})`,
  );
}

export interface BindAddress {
  /** @default every address */
  readonly host?: string;
  readonly port: number;
}

/**
 * Reads an address as Go programs take it: `:8081`, `host:8081`, `[::1]:8081`; `0` or '' is none.
 * @throws Error that says what is allowed.
 */
export function parseBindAddress(flag: string, value: string): BindAddress | undefined {
  if (value === '0' || value === '') return undefined;
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/.exec(value);
  const port = Number(match?.groups?.port);
  if (!match || port > 65535) {
    throw new Error(`${flag}: "${value}" is no address to listen on; use ":8081", "127.0.0.1:8081" or "0" for none`);
  }
  const host = match.groups?.v6 ?? match.groups?.host;
  return host ? { host, port } : { port };
}

function podNamespace(): string {
  try {
    return readFileSync(POD_NAMESPACE_FILE, 'utf8').trim();
  } catch {
    return CONTROLLER_DEFAULTS.namespace;
  }
}

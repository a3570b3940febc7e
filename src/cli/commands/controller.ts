import { Command, InvalidArgumentError, Option } from 'commander';
import { LeaseLostError, runController } from '../../controller/main';
import { parseBindAddress, type ControllerOptions } from '../../controller/options';
import { UserError } from '../run-program';
import { VERSION } from '../version';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `worker-pools controller`: looks after WorkerPools, Workers and run Pods until it is told to stop. */
export function controllerCommand(): Command {
  return new Command('controller')
    .description('Look after WorkerPools, Workers and run Pods of a cluster.')
    .option('--kubeconfig <path>', "kubeconfig to use (default: $KUBECONFIG, ~/.kube/config, then the Pod's account)")
    .addOption(
      new Option('--namespaces <name>', 'namespace to look after, repeatable').argParser(collect).default([], 'all'),
    )
    .option('--controller-namespace <name>', 'where the Lease lives (default: $CONTROLLER_NAMESPACE)')
    .option('--leader-elect', 'wait for the Lease first, so that several replicas may run')
    .option('--health-probe-bind-address <address>', '/healthz and /readyz; 0: none', address, ':8081')
    .option('--metrics-bind-address <address>', '/metrics; 0: none', address, '0')
    .option('--metrics-secure [boolean]', 'metrics by HTTPS, to callers that the API server allows', flag, true)
    .option('--enable-http2 [boolean]', 'accepted for compatibility; HTTP/1.1 is always used', flag, false)
    .option('--kube-api-qps <number>', 'requests a second to the API server, on average', positive, 500)
    .option('--kube-api-burst <number>', 'requests to the API server at once', positive, 2000)
    .option('--log-level <level>', LOG_LEVELS.join(', '), logLevel, 'info')
    .action(async (options: ControllerOptions) => {
      const stopping = new AbortController();
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
      try {
        await runController({ ...options, version: VERSION }, { signal: stopping.signal });
      } catch (error) {
        if (error instanceof LeaseLostError) throw new UserError(error.message);
        throw error;
      }
    });
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
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new InvalidArgumentError('allowed are true and false');
}

function positive(value: string): number {
  const number = Number(value);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('it must be a number above 0');
}

function logLevel(value: string): string {
  if (LOG_LEVELS.includes(value)) return value;
  throw new InvalidArgumentError(`allowed are ${LOG_LEVELS.join(', ')}`);
}

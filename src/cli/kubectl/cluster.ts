import type { Cluster } from '../../doctor';
import { EXIT_CODES } from '../exit-codes';
import { requireNode24 } from '../node-version';
import { UsageError, UserError } from '../run-program';
import type { ClusterFlags } from './flags';

/** Opens the cluster that the flags name, and closes it after the work. Failures of it become sentences. */
export async function inCluster(
  command: string,
  flags: ClusterFlags,
  work: (cluster: Cluster, namespace: string | undefined) => Promise<void>,
): Promise<void> {
  requireNode24(command);
  if (flags.allNamespaces && flags.namespace !== undefined) {
    throw new UsageError('--namespace and --all-namespaces contradict each other: give one of them');
  }
  const { Cluster } = await import('../../doctor');
  const { kubeconfig, context } = flags;
  const cluster = await Cluster.open({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  }).catch((error: Error) => {
    throw new UsageError(`the kubeconfig cannot be read: ${error.message}`);
  });
  try {
    await work(cluster, flags.namespace);
  } catch (error) {
    throw asUserError(error);
  } finally {
    await cluster.close();
  }
}

/** Where somebody looks who looks at one namespace unless told otherwise; undefined: everywhere. */
export const namespaceOf = (
  cluster: Cluster,
  { allNamespaces }: ClusterFlags,
  given: string | undefined,
): string | undefined => (allNamespaces ? undefined : (given ?? cluster.namespace));

/** Statuses of an API server that does not let somebody in, or not this far. */
const DENIED: readonly number[] = [401, 403];

function asUserError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'KubeError') return error;
  const { status, message, reason } = error as Error & { status: number; reason: string };
  const words = message.replace(/^(GET|POST) (\S+): /, '');
  if (reason === 'CredentialsUnreadable') return new UsageError(words);
  if (DENIED.includes(status)) {
    return new UserError(`the API server does not allow it: ${words}`, EXIT_CODES.denied.code);
  }
  if (status === 404) return new UserError(words, EXIT_CODES.notFound.code);
  return new UserError(`the cluster gives no answer: ${words}`, EXIT_CODES.unavailable.code);
}

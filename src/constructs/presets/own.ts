import { EnvValue, ServiceAccount, type IServiceAccount } from 'cdk8s-plus-28';
import { invalidProp } from '../checks';
import type { RunContainer } from '../worker-pool/run-container';
import type { WorkerPool } from '../worker-pool/worker-pool';

/** Sets a variable of a built-in container. @throws where the pool sets it already, to anything */
export function setVariable(pool: WorkerPool, preset: string, container: RunContainer, name: string, value: string) {
  if (name in container.env.variables) {
    throw invalidProp(pool, preset, `${name} of the container ${container.name}`, 'set already', 'leave it out there');
  }
  container.env.addVariable(name, EnvValue.fromValue(value));
}

/** The ServiceAccount of the pool's run Pods; makes one where the pool would use that of the namespace. */
export function serviceAccountOf(pool: WorkerPool): IServiceAccount {
  const found = pool.serviceAccount;
  if (found !== undefined) return found;
  const made = new ServiceAccount(pool, 'ServiceAccount');
  pool.useServiceAccount(made);
  return made;
}

/** The pool's namespace, which objects that name a ServiceAccount have to name too. */
export function namespaceOf(pool: WorkerPool, preset: string): string {
  const { namespace } = pool.metadata;
  if (namespace === undefined) {
    throw invalidProp(
      pool,
      preset,
      'namespace',
      namespace,
      'name one in the metadata of the pool, or give the Chart one',
    );
  }
  return namespace;
}

/** Refuses what is no port. */
export function checkPorts(pool: WorkerPool, preset: string, prop: string, ports: readonly number[]): void {
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535);
  if (wrong !== undefined) throw invalidProp(pool, preset, prop, wrong, 'a port is a whole number from 1 to 65535');
}

import type { ApiObjectMetadata } from 'cdk8s';
import { EnvValue, ServiceAccount, type IServiceAccount } from 'cdk8s-plus-28';
import { invalidProp } from '../shared/checks';
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
  const made = new ServiceAccount(pool, 'ServiceAccount', { metadata: besidePool(pool) });
  pool.useServiceAccount(made);
  return made;
}

/** Metadata of what a preset makes: it lies with the pool, whose namespace may be another than the chart's. */
export function besidePool(pool: WorkerPool): ApiObjectMetadata {
  return { namespace: pool.metadata.namespace };
}

/** Refuses a preset that the pool has already; `child` is a construct that the preset always makes. */
export function checkOnce(pool: WorkerPool, preset: string, child: string): void {
  if (pool.node.tryFindChild(child) === undefined) return;
  throw invalidProp(pool, preset, 'the preset', 'set already', 'a pool takes one: put everything into that one');
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

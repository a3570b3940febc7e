import { ConfigMap, Volume, type IConfigMap } from 'cdk8s-plus-28';
import { readFileSync } from 'node:fs';
import { INIT_VARIABLE, PATH } from '../../api';
import { invalidProp } from '../shared/checks';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';
import { besidePool, setVariable } from './preset';

const KEY = 'initialization-policy.rego';

/**
 * A policy that the pool's own `init` container evaluates before anything of a run happens, whoever triggered the run.
 * A run is refused where a rule `deny` of the Rego package `spacelift` holds, or where the policy cannot be evaluated.
 *
 * Source: "Initialization Policies" in Spacelift's page on Kubernetes workers.
 *
 * @throws where the text is not of the package `spacelift`, or the pool names a policy already
 */
export class InitializationPolicy implements IWorkerPoolExtension {
  /** A policy from its Rego text. Each pool gets a ConfigMap with it. */
  public static fromText(rego: string): InitializationPolicy {
    return new InitializationPolicy(KEY, (pool) => {
      if (!/^[ \t]*package[ \t]+spacelift[ \t]*(#.*)?$/m.test(rego)) {
        const firstLine = rego.trimStart().split('\n', 1)[0] ?? '';
        throw invalidProp(
          pool,
          'InitializationPolicy',
          'policy',
          firstLine,
          'it must have the line "package spacelift"',
        );
      }
      return new ConfigMap(pool, 'InitializationPolicy', { metadata: besidePool(pool), data: { [KEY]: rego } });
    });
  }

  /**
   * A policy from a file, read at once.
   *
   * @param path of a file with Rego, relative to the working directory
   */
  public static fromFile(path: string): InitializationPolicy {
    return InitializationPolicy.fromText(readFileSync(path, 'utf8'));
  }

  /**
   * A policy from a ConfigMap that several pools share, or that is made elsewhere.
   *
   * @param configMap in the namespace of the pool
   * @param key of the Rego text in it
   */
  public static fromConfigMap(configMap: IConfigMap, key: string): InitializationPolicy {
    return new InitializationPolicy(key, () => configMap);
  }

  private constructor(
    private readonly key: string,
    private readonly source: (pool: WorkerPool) => IConfigMap,
  ) {}

  /** Mounts the policy into the init containers of a pool's run Pods. */
  public extend(pool: WorkerPool): void {
    const path = `${PATH.initializationPolicy}/${this.key}`;
    setVariable(pool, 'InitializationPolicy', pool.initContainer, INIT_VARIABLE.initializationPolicy, path);
    const volume = Volume.fromConfigMap(pool, 'InitializationPolicyVolume', this.source(pool), {
      name: 'initialization-policy',
    });
    pool.initContainer.mount(PATH.initializationPolicy, volume, { readOnly: true });
  }
}

import { ConfigMap, Volume, type IPersistentVolumeClaim } from 'cdk8s-plus-28';
import { invalidProp } from '../shared/checks';
import type { WorkerPool, IWorkerPoolExtension } from '../worker-pool/worker-pool';
import { besidePool, checkOnce, setVariable } from './preset';

/** Where the providers lie in the container `worker`, and what tells OpenTofu and Terraform of them. */
const PROVIDERS = '/opt/spacelift/providers';
const CONFIG = '/opt/spacelift/provider-mirror';
const FILE = 'mirror.tfrc';

/** Options of `ProviderMirror`. */
export interface ProviderMirrorOptions {
  /**
   * Whether providers come from their registries, too, where those have versions that the mirror has not. Without a way to the
   * registries a run ends then, even if the mirror has all of its providers.
   *
   * @default true
   */
  readonly registries?: boolean;
}

/**
 * Lets runs take their providers from a mirror, which many runs may read at once. In place of a `TF_PLUGIN_CACHE_DIR` on a
 * volume that runs share: there OpenTofu and Terraform write into each other's packages.
 *
 * It sets `TF_CLI_CONFIG_FILE` of the container `worker`; a stack that sets it, too, does without the mirror.
 *
 * Source: "Provider Caching" in Spacelift's page on worker pools has workers on Docker share a folder. The mirror is our addition.
 *
 * @throws where the pool sets the variable already, or has another mirror
 */
export class ProviderMirror implements IWorkerPoolExtension {
  /**
   * A folder that `tofu providers mirror` or `terraform providers mirror` fills, mounted read-only.
   *
   * @param claim in the namespace of the pool; a pool of several Workers needs ReadOnlyMany or ReadWriteMany
   * @param options whether registries are asked, too
   */
  public static fromPersistentVolumeClaim(
    claim: IPersistentVolumeClaim,
    options: ProviderMirrorOptions = {},
  ): ProviderMirror {
    return new ProviderMirror(`filesystem_mirror {\n    path = "${PROVIDERS}"\n  }`, options, (pool) =>
      Volume.fromPersistentVolumeClaim(pool, 'ProviderMirrorVolume', claim, { name: 'providers', readOnly: true }),
    );
  }

  /**
   * A server that speaks the provider network mirror protocol, such as Artifactory or Nexus.
   *
   * @param url of it, which begins with https:// and ends with a slash
   * @param options whether registries are asked, too
   */
  public static fromUrl(url: string, options: ProviderMirrorOptions = {}): ProviderMirror {
    return new ProviderMirror(`network_mirror {\n    url = ${JSON.stringify(url)}\n  }`, options, undefined, url);
  }

  private constructor(
    private readonly method: string,
    private readonly options: ProviderMirrorOptions,
    private readonly volume?: (pool: WorkerPool) => Volume,
    private readonly url?: string,
  ) {}

  /** Points the runs of a pool to the mirror. */
  public extend(pool: WorkerPool): void {
    checkOnce(pool, 'ProviderMirror', 'ProviderMirror');
    if (this.url !== undefined && !/^https:\/\/[^\s"$%{}]+\/$/.test(this.url)) {
      throw invalidProp(pool, 'ProviderMirror', 'url', this.url, 'it must begin with https:// and end with a slash');
    }
    setVariable(pool, 'ProviderMirror', pool.workerContainer, 'TF_CLI_CONFIG_FILE', `${CONFIG}/${FILE}`);
    const direct = (this.options.registries ?? true) ? '  direct {}\n' : '';
    const data = { [FILE]: `provider_installation {\n  ${this.method}\n${direct}}\n` };
    const config = new ConfigMap(pool, 'ProviderMirror', { metadata: besidePool(pool), data });
    const mounted = Volume.fromConfigMap(pool, 'ProviderMirrorConfig', config, { name: 'provider-mirror' });
    pool.workerContainer.mount(CONFIG, mounted, { readOnly: true });
    if (this.volume) pool.workerContainer.mount(PROVIDERS, this.volume(pool), { readOnly: true });
  }
}

import { rcompare } from 'semver';
import type { Readable } from 'node:stream';
import type { Blobs } from '../blobs';
import { RequestError } from '../errors';
import { isPrivate } from '../../protocol/private-url';
import type { ModuleVersionRecord } from '../store/modules';
import { blobOfSource } from '../store/source-names';
import { isOffered, type ModuleAdmin } from './module-admin';

/** As a source names a module, behind the host. */
export interface RegistryAddress {
  readonly space: string;
  readonly name: string;
  readonly provider: string;
}

/** Where a version is fetched from: an upload that is kept here, or a commit of a repository. */
export type Download =
  | { readonly kind: 'upload'; readonly versionId: string; readonly projectRoot: string }
  | { readonly kind: 'git'; readonly address: string };

/** The modules as OpenTofu and Terraform ask for them: what was tested, and was not taken back. */
export class ModuleRegistry {
  constructor(
    private readonly modules: ModuleAdmin,
    private readonly blobs: Blobs,
  ) {}

  /** Numbers, highest first. @throws RequestError `not-found` */
  async numbers(address: RegistryAddress): Promise<string[]> {
    return (await this.offered(address)).map(({ number }) => number).sort(rcompare);
  }

  /** @throws RequestError `not-found`, or `malformed` of one that cannot be had this way */
  async download(address: RegistryAddress, number: string): Promise<Download> {
    const version = (await this.offered(address)).find((one) => one.number === number);
    if (!version) throw notFound(`${pathOf(address)} has no version ${number.slice(0, 100)} to be had`);
    const { id, repository, commitSha, projectRoot } = version;
    if (repository === null) return { kind: 'upload', versionId: id, projectRoot };
    if (isPrivate(repository)) {
      const why = 'VCS agents carry what runs clone, and nothing else';
      throw new RequestError('malformed', `the source of module ${pathOf(address)} is behind VCS agents: ${why}`);
    }
    return { kind: 'git', address: gitAddressOf(repository, projectRoot, commitSha ?? '') };
  }

  /** What was uploaded for a version. @throws RequestError `not-found` */
  async archive(versionId: string): Promise<{ readonly size: number; readonly stream: Readable }> {
    const version = await this.modules.version(versionId);
    const blob = version && isOffered(version) ? blobOfSource(version.source) : null;
    if (blob === null) throw notFound('the version is gone, or was yanked');
    return this.blobs.store.read('sources', blob);
  }

  private async offered(address: RegistryAddress): Promise<ModuleVersionRecord[]> {
    const module = await this.modules.find(pathOf(address));
    if (!module) throw notFound(`module ${pathOf(address)} not found`);
    return ((await this.modules.versions([module.id])).get(module.id) ?? []).filter(isOffered);
  }
}

const pathOf = ({ space, name, provider }: RegistryAddress): string => `${space}/${name}/${provider}`;

const notFound = (sentence: string): RequestError => new RequestError('not-found', sentence);

/** As go-getter takes it: with `//` before the folder, and the commit as a query. */
function gitAddressOf(url: string, projectRoot: string, commit: string): string {
  const [, host, path] = /^([^/]+@?[^:/]+):(?!\/\/)(.+)$/.exec(url) ?? [];
  const repository = url.includes('://') || host === undefined ? url : `ssh://${host}/${path}`;
  return `git::${repository}${projectRoot === '' ? '' : `//${projectRoot}`}?ref=${commit}`;
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './errors';
import { makePrivateFolder, takeRightsOfOthers, writeFileDurably } from './durable-file';

/** All keys of a control plane, by the names of their files, which are also the keys of a Secret. */
export const KEY_FILES = {
  'ca.crt': 'certificate of the authority, which tokens hold',
  'ca.key': 'its private key',
  'jwt.key': 'signs the sessions of people and programs',
  'encryption.keys': 'encrypt secrets in the database',
  'admin-key.json': 'the API key',
} as const;

export type KeyFile = keyof typeof KEY_FILES;

/** Everybody may read this one. */
const PUBLIC: readonly KeyFile[] = ['ca.crt'];

/** Where the keys of a control plane lie. */
export class KeyFiles {
  private constructor(
    readonly folder: string,
    private readonly writable: boolean,
    private readonly warn: (message: string) => void,
  ) {}

  /** The data folder: what is missing is made there, and what others could read is made private. */
  static inDataFolder(folder: string, warn: (message: string) => void = () => undefined): KeyFiles {
    makePrivateFolder(folder);
    if ((statSync(folder).mode & 0o002) !== 0)
      warn(
        `everybody on this machine may write to ${folder}, and so exchange the keys in it: take that right from them`,
      );
    return new KeyFiles(folder, true, warn);
  }

  /**
   * A folder that somebody else fills, such as a mounted Secret: nothing is written to it.
   * @param optional those that are given in another way.
   * @throws ConfigurationError when keys are missing, naming all of them.
   */
  static given(
    folder: string,
    optional: readonly KeyFile[] = [],
    warn: (message: string) => void = () => undefined,
  ): KeyFiles {
    const names = Object.keys(KEY_FILES) as KeyFile[];
    const missing = names.filter((name) => !optional.includes(name) && !existsSync(join(folder, name)));
    if (missing.length > 0) {
      const what = missing.map((name) => `${name} (${KEY_FILES[name]})`).join(', ');
      throw new ConfigurationError(
        `the folder of keys ${folder} lacks ${what}. The command "worker-pools control-plane keys" makes them: --out completes a folder, and --secret prints a Secret of Kubernetes`,
      );
    }
    return new KeyFiles(folder, false, warn);
  }

  has(name: KeyFile): boolean {
    return existsSync(this.path(name));
  }

  path(name: KeyFile): string {
    return join(this.folder, name);
  }

  /** @throws when it is not there, or others can read what is to be private and that cannot be changed. */
  read(name: KeyFile): string {
    if (!PUBLIC.includes(name)) this.keepPrivate(this.path(name));
    return readFileSync(this.path(name), 'utf8');
  }

  /** Does nothing where it is there already. @throws in a folder that somebody else fills. */
  write(name: KeyFile, content: string): void {
    if (this.has(name)) return;
    if (!this.writable)
      throw new ConfigurationError(`${this.path(name)} is missing, and nothing is written to that folder`);
    writeFileDurably(this.path(name), content, PUBLIC.includes(name) ? 0o644 : 0o600);
  }

  /** The content; made where it is missing. */
  readOrMake(name: KeyFile, make: () => string): string {
    if (!this.has(name)) this.write(name, make());
    return this.read(name);
  }

  private keepPrivate(path: string): void {
    if (!this.writable) {
      if ((statSync(path).mode & 0o007) !== 0)
        this.warn(`${path} can be read by everybody in the container: give the volume of the Secret defaultMode 0440`);
      return;
    }
    // A volume's rights for the group come from the fsGroup of the Pod, anew at each of its starts: no news.
    if ((takeRightsOfOthers(path) & 0o007) !== 0)
      this.warn(
        `${path} could be read by other users of this machine: that was taken from them. If one of them may have read it, replace it`,
      );
  }
}

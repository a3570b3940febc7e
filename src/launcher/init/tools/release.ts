import type { StackTool, ToolVersion } from '../../../protocol/messages';
import { HASHICORP_KEY, OPENTOFU_KEY, type ReleaseKey } from './release-keys';

/** Where a release of a tool is published, and who signs it. */
interface Publisher {
  /** As people write it. */
  readonly title: string;
  /** The program, in the archive and in the PATH of the steps. */
  readonly program: string;
  /** Folder of a version, below the address of the publisher or its mirror. */
  readonly folder: (version: string) => string;
  readonly signature: (sums: string) => string;
  readonly address: string;
  readonly key: ReleaseKey;
}

const PUBLISHERS: Readonly<Record<StackTool, Publisher>> = {
  OPENTOFU: {
    title: 'OpenTofu',
    program: 'tofu',
    folder: (version) => `v${version}`,
    signature: (sums) => `${sums}.gpgsig`,
    address: 'https://github.com/opentofu/opentofu/releases/download',
    key: OPENTOFU_KEY,
  },
  TERRAFORM: {
    title: 'Terraform',
    program: 'terraform',
    folder: (version) => version,
    signature: (sums) => `${sums}.sig`,
    address: 'https://releases.hashicorp.com/terraform',
    key: HASHICORP_KEY,
  },
};

/** One version of a tool for the platform of this process. */
export interface Release {
  /** For people: `OpenTofu 1.10.6`. */
  readonly title: string;
  readonly tool: StackTool;
  readonly version: string;
  readonly program: string;
  /** Where it is published; a mirror has the same folders and files. */
  readonly address: string;
  readonly folder: string;
  /** Names of the files in the folder. */
  readonly archive: string;
  readonly sums: string;
  readonly signature: string;
  readonly key: ReleaseKey;
}

/** @param keys in place of those of the publishers, for tests */
export function releaseOf({ name, version }: ToolVersion, keys: Partial<Record<StackTool, ReleaseKey>> = {}): Release {
  const { title, program, folder, signature, address, key } = PUBLISHERS[name];
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const sums = `${program}_${version}_SHA256SUMS`;
  return {
    title: `${title} ${version}`,
    tool: name,
    version,
    program,
    address,
    folder: folder(version),
    archive: `${program}_${version}_linux_${architecture}.zip`,
    sums,
    signature: signature(sums),
    key: keys[name] ?? key,
  };
}

/** The SHA-256 of a file in a list as `sha256sum` writes it. */
export function checksumIn(sums: Buffer, file: string): string | undefined {
  const lines = sums.toString('utf8').split('\n');
  for (const line of lines) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](\S+)\s*$/.exec(line) ?? [];
    if (name === file) return sum;
  }
  return undefined;
}

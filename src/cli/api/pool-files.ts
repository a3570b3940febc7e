import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { parseToken } from '../../protocol/token';
import { UsageError, UserError } from '../run-program';
import { poolSecret } from './operations';
import { print } from './output';
import { makePoolKey, type KeyKind } from '../../protocol/pool-key';
import { RefusedError } from './refused';

export interface CredentialFlags {
  readonly out: string;
  readonly key: KeyKind;
  readonly kubernetesSecret?: string;
  readonly namespace: string;
}

/** Adds the flags of what makes a new key for a pool. */
export function withCredentials(command: Command): Command {
  return command
    .requiredOption('--out <dir>', 'folder for private-key.pem, token and secret.yaml')
    .addOption(
      new Option('--key <kind>', 'kind of key: ec (P-256) or rsa (4096 bits)').choices(['ec', 'rsa']).default('rsa'),
    )
    .option('--kubernetes-secret <name>', 'name of the Secret in secret.yaml (default: the name of the pool)')
    .option('--namespace <namespace>', 'namespace of the Secret', 'default');
}

/** A key, the token that a control plane gives for it, and a Secret of both, in files that nobody else can read. */
export class PoolFiles {
  private constructor(
    private readonly pool: string,
    private readonly metadata: { readonly name: string; readonly namespace: string },
    private readonly folder: string,
    private readonly paths: ReturnType<typeof outputPaths>,
    private readonly kind: KeyKind,
  ) {}

  /** Makes the folder. @throws UserError for a name that cannot be, or a file that is there already */
  static prepare(pool: string, flags: CredentialFlags): PoolFiles {
    const metadata = secretMetadata(pool, flags);
    return new PoolFiles(pool, metadata, flags.out, outputPaths(flags.out), flags.key);
  }

  /**
   * Makes a key, and writes it before anybody is told of it: without it its token would be of no use.
   * @param ask gives the token for a signing request
   */
  async write<T extends { readonly token: string }>(ask: (csrPem: string) => Promise<T>): Promise<T> {
    const { privateKeyPem, csrPem } = await makePoolKey(this.kind);
    writeNew(this.paths.privateKey, privateKeyPem);
    const made = await ask(csrPem).catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw this.keptKey(error);
      rmSync(this.paths.privateKey);
      throw error;
    });
    writeNew(this.paths.token, made.token);
    writeNew(this.paths.secret, stringify(poolSecret(this.metadata, made.token, privateKeyPem)));
    return made;
  }

  /** Says where everything is, and what to do with it. */
  tell(token: string): void {
    const local = localEndpoint(token);
    if (local !== undefined) {
      print(
        `Note: its token says that the control plane is at ${local}, which no Pod can reach: start the control plane with --public-url, then create the pool again.`,
        process.stderr,
      );
    }
    print(
      `Its key, token and Secret are in ${this.folder}. Apply the Secret with: kubectl apply -f ${this.paths.secret}`,
    );
  }

  /** Nobody knows whether it was done, so the key that it would need stays. */
  private keptKey(error: unknown): unknown {
    if (!(error instanceof UserError)) return error;
    return new UserError(
      `${error.message}. The key is kept in ${this.paths.privateKey}: should \`worker-pools pool list\` show the pool, \`worker-pools pool show ${this.pool} --token\` prints its token, which belongs to this key if the request came through; else remove the key and try again`,
    );
  }
}

function secretMetadata(name: string, flags: CredentialFlags): { name: string; namespace: string } {
  const metadata = { name: flags.kubernetesSecret ?? name, namespace: flags.namespace };
  if (!isKubernetesName(metadata.name, 253, true)) {
    throw new UsageError(
      `"${metadata.name}" is not a valid name of a Secret (lowercase letters, digits, dashes and dots): give --kubernetes-secret`,
    );
  }
  if (!isKubernetesName(metadata.namespace, 63, false)) {
    throw new UsageError(
      `--namespace: "${metadata.namespace}" is not a valid namespace (lowercase letters, digits, dashes)`,
    );
  }
  return metadata;
}

function isKubernetesName(name: string, longest: number, dots: boolean): boolean {
  const parts = dots ? name.split('.') : [name];
  return name.length <= longest && parts.every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part));
}

/** The address in a token when it means the very machine that reads it. */
function localEndpoint(token: string): string | undefined {
  const { endpoint } = parseToken(token);
  return /^(localhost|127\..*|\[::1\])$/.test(new URL(endpoint).hostname) ? endpoint : undefined;
}

function outputPaths(folder: string): { privateKey: string; token: string; secret: string } {
  const paths = {
    privateKey: join(folder, 'private-key.pem'),
    token: join(folder, 'token'),
    secret: join(folder, 'secret.yaml'),
  };
  const taken = Object.values(paths).find((path) => existsSync(path));
  if (taken) throw new UserError(`${taken} already exists: choose another --out, so that no key is overwritten`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`--out: the folder cannot be created: ${(error as Error).message}`);
  }
  return paths;
}

function writeNew(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}

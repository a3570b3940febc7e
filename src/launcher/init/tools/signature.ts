import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseKey } from './release-keys';
import { ToolMissing } from './tool-error';

const WITHIN_MS = 30_000;

/**
 * Whether the owner of the key signed the data. gpgv trusts every key that it is given, and goes on doing so when the key
 * has expired since: what was signed is old, too.
 *
 * @param folder for files of a moment
 * @throws ToolMissing where gpgv cannot be started
 */
export async function isSignedBy(
  key: ReleaseKey,
  data: Buffer,
  signature: Buffer,
  folder: string = tmpdir(),
): Promise<boolean> {
  const scratch = await mkdtemp(join(folder, '.gpgv-'));
  try {
    const file = async (name: string, content: Buffer): Promise<string> => {
      await writeFile(join(scratch, name), content);
      return join(scratch, name);
    };
    const keyring = await file('keyring.gpg', dearmored(key.armored));
    const operands = [await file('signature', signature), await file('data', data)];
    const status = await gpgv(['--homedir', scratch, '--keyring', keyring, '--status-fd', '1', ...operands]);
    // VALIDSIG <fingerprint of the signing key> … <fingerprint of its primary key>
    const valid = /^\[GNUPG:\] VALIDSIG (.*)$/m.exec(status)?.[1]?.split(' ') ?? [];
    return valid.at(-1) === key.fingerprint;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What gpgv says for programs; nothing where it found the signature wanting. */
function gpgv(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('gpgv', args, { timeout: WITHIN_MS, killSignal: 'SIGKILL', env: ENVIRONMENT }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (typeof error.code === 'number') resolve('');
      else
        reject(new ToolMissing(`The launcher image has no gpgv that can be started (${error.code ?? error.signal}).`));
    });
  });
}

const ENVIRONMENT = { PATH: process.env['PATH'], LC_ALL: 'C' };

/** gpgv reads keys in binary alone. */
function dearmored(text: string): Buffer {
  const [, body = ''] = /\r?\n\r?\n([A-Za-z0-9+/=\s]+?)\r?\n(?:=[A-Za-z0-9+/]{4}\r?\n)?-----END/.exec(text) ?? [];
  return Buffer.from(body, 'base64');
}

import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import type { ReleaseKey } from '../../../src/launcher/init/tools/release-keys';
import { removeFolder, temporaryFolder } from '../../support/folder';

/** A key that signs as a publisher of tools does, by the real GnuPG. */
export class SigningKey implements ReleaseKey {
  private constructor(
    private readonly home: string,
    readonly fingerprint: string,
    readonly armored: string,
  ) {}

  static make(): SigningKey {
    const home = temporaryFolder();
    chmodSync(home, 0o700);
    gpg(home, ['--passphrase', '', '--quick-generate-key', 'tests', 'ed25519', 'sign', 'never']);
    const listing = gpg(home, ['--with-colons', '--list-keys']).toString();
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
    return new SigningKey(home, fingerprint, gpg(home, ['--armor', '--export']).toString());
  }

  sign(data: string | Buffer): Buffer {
    return gpg(this.home, ['--detach-sign', '--output', '-'], data);
  }

  remove(): void {
    // Its agent lives on otherwise.
    execFileSync('gpgconf', ['--homedir', this.home, '--kill', 'all']);
    removeFolder(this.home);
  }
}

function gpg(home: string, args: readonly string[], input: string | Buffer = ''): Buffer {
  return execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
    input,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

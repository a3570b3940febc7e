import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fromPackage } from './debian-package';
import { removeFolder, temporaryFolder } from './folder';
import { GitRepositoryFolder } from './git-repository';
import { freePort } from './own-servers';
import { until } from './until';

const PROGRAM = '/usr/sbin/sshd';

/** A git host over ssh: a real sshd that lets one deploy key in, for repositories below its folder. */
export class SshGitHost {
  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<SshGitHost> {
    await fromPackage('openssh-server', 'sshd, which tests of sources from git run on', () =>
      existsSync(PROGRAM) ? PROGRAM : undefined,
    );
    const [folder, port] = [temporaryFolder(), await freePort()];
    for (const name of ['host-key', 'deploy-key', 'other-key']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
    }
    // sshd wants its folder for privilege separation, as root.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'deploy-key.pub')), { mode: 0o600 });
    chmodSync(folder, 0o700);
    const config = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host-key`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      `PidFile ${folder}/sshd.pid`,
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      '',
    ];
    writeFileSync(join(folder, 'sshd_config'), config.join('\n'));
    const child = spawn(PROGRAM, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' });
    process.once('exit', () => child.kill('SIGKILL'));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`);
      return answers(port);
    }, 'sshd answers');
    return new SshGitHost(folder, port, child);
  }

  url(name: string): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.port}${this.folder}/${name}.git`;
  }

  repository(name: string): GitRepositoryFolder {
    return new GitRepositoryFolder(join(this.folder, `${name}.git`));
  }

  /** A private key that is let in, or one that is not. */
  key(name: 'deploy-key' | 'other-key'): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** What a known_hosts file has of it. */
  knownHosts(of: 'host-key' | 'other-key' = 'host-key'): string {
    return `[127.0.0.1]:${this.port} ${readFileSync(join(this.folder, `${of}.pub`), 'utf8')}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await closed;
    removeFolder(this.folder);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

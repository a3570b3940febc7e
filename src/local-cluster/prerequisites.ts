import { existsSync } from 'node:fs';
import { missingBinaries, type BinaryName } from './binaries';
import { findGo } from './binaries/build';
import { LocalClusterError } from './errors';
import { exec, run, type Exec } from './exec';
import { onPath } from './platform';
import { plainLines, task, type Progress } from './progress';

/** Something that the machine lacks. */
export interface Missing {
  readonly name: string;
  /** One sentence: what is missing, and the command that installs it. */
  readonly sentence: string;
  /** Debian packages that bring it. @default - it is not for us to install */
  readonly packages?: readonly string[];
}

/** What the checks may ask of the machine; a plain table in tests. */
export interface Machine {
  readonly os: string;
  readonly root: boolean;
  has(program: string): boolean;
  exists(path: string): boolean;
  /** Whether every program of the node is in the cache, or a Go that can build it is there. */
  readonly canBuild: boolean;
}

interface Package {
  readonly name: string;
  /** What it is for, said when it is missing. */
  readonly purpose: string;
  readonly present: (machine: Machine) => boolean;
}

const program =
  (name: string) =>
  (machine: Machine): boolean =>
    machine.has(name);

/** The Debian packages that the node is made of, beside the programs of the cache. */
export const PACKAGES: readonly Package[] = [
  { name: 'containerd', purpose: 'runs the containers', present: program('containerd') },
  { name: 'runc', purpose: 'starts each container', present: program('runc') },
  {
    name: 'containernetworking-plugins',
    purpose: 'connects Pods to the network',
    present: (machine) => ['/usr/lib/cni/bridge', '/opt/cni/bin/bridge'].some((path) => machine.exists(path)),
  },
  { name: 'iptables', purpose: 'implements Services', present: program('iptables') },
  { name: 'conntrack', purpose: 'lets kube-proxy clear old connections', present: program('conntrack') },
  { name: 'socat', purpose: 'is used by kubectl port-forward', present: program('socat') },
  { name: 'ethtool', purpose: 'is used by the kubelet', present: program('ethtool') },
  { name: 'iproute2', purpose: "sets up the node's network", present: program('ip') },
  {
    name: 'util-linux',
    purpose: 'creates the namespaces of the node',
    present: (m) => m.has('unshare') && m.has('nsenter'),
  },
  { name: 'busybox-static', purpose: 'is the pause container', present: (machine) => machine.exists('/bin/busybox') },
  { name: 'buildah', purpose: 'builds the images', present: program('buildah') },
  {
    name: 'mmdebstrap',
    purpose: 'builds base images where no registry can be reached',
    present: program('mmdebstrap'),
  },
  {
    name: 'debian-archive-keyring',
    purpose: "checks the signatures of Debian's packages",
    present: (machine) => machine.exists('/usr/share/keyrings/debian-archive-keyring.gpg'),
  },
];

/** What a real node on this machine lacks; empty when it can be brought up. */
export function missingForNode(binaries: readonly BinaryName[], machine: Machine = thisMachine(binaries)): Missing[] {
  if (machine.os !== 'linux') {
    return [
      {
        name: 'Docker',
        sentence:
          'Docker is missing, in which clusters run on this system; install it from https://docs.docker.com/get-docker/ and start it.',
      },
    ];
  }
  const missing: Missing[] = [];
  if (!machine.root) {
    const sentence =
      'There is neither Docker nor root: start Docker (`systemctl start docker`), or run this again with `sudo`.';
    missing.push({ name: 'root', sentence });
  }
  for (const { name, purpose, present } of PACKAGES) {
    if (present(machine)) continue;
    const sentence = `The package ${name}, which ${purpose}, is missing; install it with \`apt-get install ${name}\`.`;
    missing.push({ name, sentence, packages: [name] });
  }
  if (!machine.canBuild) {
    const sentence =
      'Go, which builds what cannot be downloaded, is missing; install Go 1.24 or newer from https://go.dev/dl/ (on Debian 13: `apt-get install golang-go`).';
    missing.push({ name: 'go', sentence });
  }
  return missing;
}

/**
 * Installs what is missing; the person has agreed to it before.
 * @throws LocalClusterError with all the sentences when something is not for us to install
 */
export async function install(
  missing: readonly Missing[],
  progress: Progress = plainLines,
  execute: Exec = exec,
): Promise<void> {
  const byHand = missing.filter(({ packages }) => packages === undefined);
  if (byHand.length > 0) throw new LocalClusterError(byHand.map(({ sentence }) => sentence).join('\n'));
  const packages = missing.flatMap((one) => one.packages ?? []);
  if (packages.length === 0) return;
  if ((await execute('apt-get', ['--version'])).exitCode !== 0) {
    throw new LocalClusterError(
      `these packages are missing, and this is not Debian or Ubuntu, whose apt-get could install them; install their equivalents: ${packages.join(' ')}`,
    );
  }
  await task(progress, `installing ${packages.join(', ')}`, 'Debian packages, about a minute', async () => {
    const onLine = (line: string): void => progress.update(line);
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, onLine };
    const args = ['install', '--yes', '--no-install-recommends', ...packages];
    if ((await execute('apt-get', args, options)).exitCode === 0) return;
    // The list of packages is missing or old, as in a new container.
    await run('apt-get', ['update'], { ...options, exec: execute });
    await run('apt-get', args, { ...options, exec: execute });
  });
}

function thisMachine(binaries: readonly BinaryName[]): Machine {
  return {
    os: process.platform,
    root: process.getuid?.() === 0,
    has: (name) => onPath(name) !== undefined,
    exists: existsSync,
    canBuild: findGo() !== undefined || process.platform !== 'linux' || missingBinaries(binaries).length === 0,
  };
}

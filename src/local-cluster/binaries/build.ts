import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalClusterError } from '../errors';
import { exec, type Exec } from '../exec';
import { onPath, type Platform } from '../platform';
import type { Binary } from './catalogue';

const GO_MODULES = fileURLToPath(new URL('./go', import.meta.url));

/**
 * Builds a program with the pinned go.mod and go.sum of its module, so that the sources are checked by their sums.
 * @throws LocalClusterError when Go is missing or the build fails
 */
export async function goBuild(
  binary: Binary,
  platform: Platform,
  target: string,
  scratch: string,
  onLine?: (line: string) => void,
  execute: Exec = exec,
): Promise<void> {
  const go = findGo();
  if (!go) {
    throw new LocalClusterError(
      `${binary.name} ${binary.version} can neither be downloaded nor built, because Go is not installed; install Go 1.24 or newer from https://go.dev/dl/ and put its bin folder on PATH`,
    );
  }
  const { module, package: main, ldflags } = binary.build;
  const output = join(scratch, binary.name);
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    '-mod=readonly',
    '-ldflags',
    ['-s -w', ldflags].filter(Boolean).join(' '),
  ];
  const { exitCode, stderr } = await execute(go, ['build', '-v', ...flags, '-o', output, main], {
    cwd: join(GO_MODULES, module),
    env: {
      ...{ CGO_ENABLED: '0', GOOS: platform.os, GOARCH: platform.arch, GOFLAGS: '', GOWORK: 'off' },
      // A module may want a newer Go than a distribution has: then Go fetches it.
      GOTOOLCHAIN: 'auto',
    },
    onLine,
  });
  if (exitCode !== 0) {
    const said = stderr.trim().split('\n').slice(-10).join('\n');
    throw new LocalClusterError(`building ${binary.name} ${binary.version} from source failed:\n${said}`);
  }
  await chmod(output, 0o755);
  await rename(output, target);
}

/** Go's own installer puts it where PATH often does not look. */
export const findGo = (): string | undefined => onPath('go', ['/usr/local/go/bin', '/usr/lib/go/bin']);

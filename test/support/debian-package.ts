import { join } from 'node:path';
import { install, plainLines } from '../../src/local-cluster';
import { cachePath } from '../../src/local-cluster/cache';
import { withLock } from '../../src/local-cluster/lock';

/** Of the hooks that call `fromPackage`, which may have to install: a minute on a fresh machine, more on a busy one. */
export const INSTALL_TIMEOUT_MS = 300_000;

/**
 * What a Debian package brings, installed when it is missing and this is root: by one process at a time, as Jest's workers
 * run beside each other and APT refuses all but one of them.
 */
export async function fromPackage(name: string, whatFor: string, find: () => string | undefined): Promise<string> {
  const sentence = `${whatFor}, is missing; install it with \`apt-get install ${name}\`.`;
  if (!find() && process.getuid?.() === 0) {
    await withLock(join(cachePath('locks'), 'apt.lock'), async () => {
      if (!find()) await install([{ name, sentence, packages: [name] }], plainLines);
    });
  }
  const found = find();
  if (!found) throw new Error(sentence);
  return found;
}

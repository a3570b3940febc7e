import { chooseCluster, install } from '../../local-cluster';
import { exec, type Exec } from '../../local-cluster/exec';
import { terminalProgress } from '../progress';

/** A mirror of packages that does not answer must not take the time of all the checks. */
const INSTALL_MS = 180_000;

const bounded: Exec = (program, args, options) => exec(program, args, { timeoutMs: INSTALL_MS, ...options });

/** @returns one line that says why the end-to-end suite cannot run here, or undefined when it can */
export async function whyNoRealNode(options: { readonly install: boolean }): Promise<string | undefined> {
  const { missing } = await chooseCluster({ name: 'e2e' });
  if (missing.length === 0) return undefined;
  if (!options.install) {
    const names = missing.map(({ name }) => name).join(', ');
    return `needs ${names}; \`npm test -- e2e\` installs what is missing and runs it`;
  }
  await install(missing, terminalProgress(), bounded);
  return undefined;
}

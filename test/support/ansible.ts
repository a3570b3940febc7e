import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './folder';

const run = promisify(execFile);

/** Of any release that is looked after: pip takes the newest one that the Python here can run. */
const REQUIREMENT = 'ansible-core>=2.15,<3';

/** @returns the folder of a real `ansible-playbook` and `ansible-galaxy`, from the Python Package Index */
export async function installAnsible(): Promise<string> {
  const folder = join(temporaryFolder(), 'ansible');
  await run('python3', ['-m', 'venv', folder]);
  const python = join(folder, 'bin', 'python');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', REQUIREMENT]);
  return join(folder, 'bin');
}

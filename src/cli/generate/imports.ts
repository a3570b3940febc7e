import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { workerCrd, workerPoolCrd } from '../../api';
import type { Artefact } from './artefact';

const CDK8S = resolve('node_modules/.bin/cdk8s');

/**
 * The cdk8s constructs of both kinds, as `cdk8s import` makes them.
 *
 * @throws when `cdk8s import` fails, with what it said.
 */
export async function generateImports(): Promise<Artefact> {
  const folder = await mkdtemp(join(tmpdir(), 'worker-pools-imports-'));
  try {
    const documents = [workerPoolCrd(), workerCrd()].map((crd) => JSON.stringify(crd));
    await writeFile(join(folder, 'crds.yaml'), documents.join('\n---\n'));
    const options = ['--language', 'typescript', '--output', 'imports', '--no-check-upgrade', '--no-save'];
    await promisify(execFile)(CDK8S, ['import', 'crds.yaml', ...options], { cwd: folder });
    const names = (await readdir(join(folder, 'imports'))).sort();
    const files = await Promise.all(
      names.map(async (name) => [`imports/${name}`, await readFile(join(folder, 'imports', name), 'utf8')] as const),
    );
    return { files: Object.fromEntries(files), folders: ['imports'] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

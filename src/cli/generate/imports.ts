import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { workerCrd, workerPoolCrd } from '../../api';
import type { Artefact } from './artefact';
import { filesMadeBy } from './files';

const CDK8S = resolve('node_modules/.bin/cdk8s');
const CRDS = 'crds.yaml';

/**
 * The cdk8s constructs of both kinds, as `cdk8s import` makes them.
 *
 * @throws when `cdk8s import` fails, with what it said.
 */
export async function generateImports(): Promise<Artefact> {
  const made = await filesMadeBy(async (folder) => {
    const documents = [workerPoolCrd(), workerCrd()].map((crd) => JSON.stringify(crd));
    await writeFile(join(folder, CRDS), documents.join('\n---\n'));
    const options = ['--language', 'typescript', '--output', 'imports', '--no-check-upgrade', '--no-save'];
    await promisify(execFile)(CDK8S, ['import', CRDS, ...options], { cwd: folder });
  });
  const { [CRDS]: _, ...files } = made;
  return { files, folders: ['imports'] };
}

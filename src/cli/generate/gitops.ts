import { synthesize } from '../../../examples/gitops/app';
import type { Artefact } from './artefact';
import { filesMadeBy } from './files';

const FOLDER = 'examples/gitops/manifests';

/** The manifests of the example repository, as its app writes them. */
export async function generateGitOpsManifests(): Promise<Artefact> {
  const files = Object.entries(await filesMadeBy(synthesize));
  return {
    files: Object.fromEntries(files.map(([path, content]) => [`${FOLDER}/${path}`, content])),
    folders: [FOLDER],
  };
}

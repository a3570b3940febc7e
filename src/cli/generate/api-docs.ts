import type { Artefact } from './artefact';
export function generateApiDocs(): Promise<Artefact> {
  return Promise.resolve({ files: {} });
}

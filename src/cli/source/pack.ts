import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { create as createArchive } from 'tar';
import { UserError } from '../run-program';
import { refuseUnusable } from './report';
import { surveySource, type Survey } from './survey';

/** A folder as it goes up: whole in an archive before anything is asked of the control plane. */
export interface PackedSource {
  readonly survey: Survey;
  /** Of the archive. */
  readonly bytes: number;
  open(): Readable;
}

/**
 * Packs a folder, hands the archive to `work` and removes it.
 *
 * @param projectRoot folder inside the source that runs work in
 * @throws UserError when the folder cannot be a source; nothing was sent then
 */
export async function withPackedSource<T>(
  folder: string,
  projectRoot: string,
  work: (packed: PackedSource) => Promise<T>,
): Promise<T> {
  const survey = surveySource(folder);
  refuseUnusable(survey, folder, projectRoot);
  const scratch = await mkdtemp(join(tmpdir(), 'worker-pools-push-'));
  try {
    const file = join(scratch, 'source.tar.gz');
    await pack(survey, file);
    return await work({ survey, bytes: (await stat(file)).size, open: () => createReadStream(file) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function pack({ root, entries }: Survey, file: string): Promise<void> {
  const options = { cwd: root, file, gzip: true, portable: true, noDirRecurse: true, strict: true };
  try {
    // tar takes a name with @ in front for another archive, whose content it would send.
    await createArchive(
      options,
      entries.map((path) => `./${path}`),
    );
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    throw new UserError(`--source: ${path === undefined ? message : `${path} cannot be read: ${code ?? message}`}`);
  }
}

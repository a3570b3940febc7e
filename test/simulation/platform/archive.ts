/* In place of the launcher's archives: what is in a workspace is no matter of the simulation, that it is stored is. */
import { Readable } from 'node:stream';
import { volumes } from './files';

export { ArchiveError, FolderError, folderError } from '../../../src/launcher/archive';

export const unpack = (): Promise<void> => Promise.resolve();
export const isFolderInside = (): Promise<boolean> => Promise.resolve(true);
export const pack = (folder: string): Readable => Readable.from([Buffer.from(`workspace of ${folder}`)]);

export function emptyFolder(folder: string): Promise<void> {
  volumes.now.removeFolder(folder);
  return Promise.resolve();
}

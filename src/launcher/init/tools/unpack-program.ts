import { createWriteStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type ZipFile } from 'yauzl';
import { ToolRefused } from './tool-error';

/** Larger than any of these programs: Terraform has some 90 MB. */
const LARGEST_PROGRAM = 1024 ** 3;

/** Takes the program out of its archive and puts it into the folder, whole or not at all. @throws ToolRefused */
export async function unpackProgram(archive: string, program: string, folder: string): Promise<void> {
  const zip = await openPromise(archive, { autoClose: false }).catch(unreadable);
  const unfinished = join(folder, `.${program}.unfinished`);
  try {
    await writeProgram(zip, program, unfinished).catch(unreadable);
    await chmod(unfinished, 0o755);
    await rename(unfinished, join(folder, program));
  } finally {
    zip.close();
    await rm(unfinished, { force: true });
  }
}

/** What the archive itself is the cause of; what the folder is, others tell of. @throws ToolRefused */
function unreadable(error: NodeJS.ErrnoException): never {
  if (error instanceof ToolRefused || error.syscall !== undefined) throw error;
  throw new ToolRefused(`Its archive cannot be read: ${error.message}.`);
}

async function writeProgram(zip: ZipFile, program: string, path: string): Promise<void> {
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== program) continue;
    if (entry.uncompressedSize > LARGEST_PROGRAM) {
      throw new ToolRefused(`The ${program} in its archive has ${entry.uncompressedSize} bytes; 1 GiB is the most.`);
    }
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode: 0o700 }));
    return;
  }
  throw new ToolRefused(`Its archive has no file ${program}.`);
}

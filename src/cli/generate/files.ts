import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Artefact } from './artefact';

/** Files that are missing, left over, or of other content than the artefact's. */
export async function differences(artefact: Artefact, root = '.'): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, content] of Object.entries(artefact.files)) {
    if ((await contentOf(join(root, path))) !== content) changed.push(path);
  }
  return [...changed, ...(await leftovers(artefact, root))].sort();
}

/**
 * Makes the files below `root` be those of the artefact.
 *
 * @returns the files that were not.
 */
export async function write(artefact: Artefact, root = '.'): Promise<string[]> {
  const changed = await differences(artefact, root);
  for (const path of changed) {
    const content = artefact.files[path];
    if (content === undefined) {
      await rm(join(root, path));
    } else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  }
  return changed;
}

/** The files that `make` writes into an empty folder, as contents by path below it. */
export async function filesMadeBy(make: (folder: string) => unknown): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'worker-pools-generate-'));
  try {
    await make(folder);
    const paths = (await filesBelow(folder, '.')).map((path) => path.slice('./'.length)).sort();
    const contents = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')));
    return Object.fromEntries(paths.map((path, index) => [path, contents[index] ?? '']));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function leftovers(artefact: Artefact, root: string): Promise<string[]> {
  const found = await Promise.all((artefact.folders ?? []).map((folder) => filesBelow(root, folder)));
  return found.flat().filter((path) => artefact.files[path] === undefined);
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(absent([]));
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? await filesBelow(root, path) : [path];
    }),
  );
  return nested.flat();
}

const contentOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(absent(undefined));

function absent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Edit, PlantedBug } from './bug';

const SOURCE = join(import.meta.dirname, '../../../src');

/** Puts a bug into the product's code while the simulation is bundled. The source itself stays as it is. */
export function planting(bug: PlantedBug): Plugin {
  const files = new Map(editsByFile(bug).map(([file, edits]) => [join(SOURCE, file), edits]));
  return {
    name: `planted bug ${bug.name}`,
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const edits = files.get(path);
        return edits && { contents: edited(readFileSync(path, 'utf8'), edits, bug.name), loader: 'ts' };
      });
    },
  };
}

/** @throws Error that says which edit has no place in the code any more */
export function checkPlace(bug: PlantedBug): void {
  for (const [file, edits] of editsByFile(bug)) edited(readFileSync(join(SOURCE, file), 'utf8'), edits, bug.name);
}

function edited(text: string, edits: readonly Edit[], name: string): string {
  return edits.reduce((before, { file, find, replace }) => {
    const times = before.split(find).length - 1;
    if (times === 1) return before.replace(find, () => replace);
    throw new Error(
      `planted bug ${name}: src/${file} holds its \`find\` ${times} times, and it must be once. The code has changed: give the bug another place that does the same.\n${find}`,
    );
  }, text);
}

function editsByFile({ edits }: PlantedBug): [string, readonly Edit[]][] {
  const files = [...new Set(edits.map(({ file }) => file))];
  return files.map((file) => [file, edits.filter((edit) => edit.file === file)]);
}

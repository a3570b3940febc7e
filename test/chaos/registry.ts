import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Area, Fault } from './fault';

export const FAULTS_FOLDER = 'test/chaos/faults';

/** A fault with the area that it is tried in. */
export interface Registered {
  readonly area: string;
  readonly fault: Fault;
}

export interface Registry {
  readonly areas: ReadonlyMap<string, Area>;
  readonly faults: readonly Registered[];
}

/**
 * Finds areas and faults by folder: `AREA/area.ts` and, beside it, a file for each fault.
 * @throws Error for a file that exports something else, or a fault that is named otherwise than its file
 */
export async function findFaults(folder = FAULTS_FOLDER): Promise<Registry> {
  const areas = new Map<string, Area>();
  const faults: Registered[] = [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const name of folders.map((entry) => entry.name).sort()) {
    const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.ts'));
    const { area } = await load<{ area?: Area }>(join(folder, name, 'area.ts'));
    if (!area) throw new Error(`${folder}/${name}/area.ts exports no "area"`);
    areas.set(name, area);
    for (const file of files.filter((each) => each !== 'area.ts').sort()) {
      faults.push({ area: name, fault: await faultOf(folder, name, file) });
    }
  }
  return { areas, faults };
}

async function faultOf(folder: string, area: string, file: string): Promise<Fault> {
  const path = join(folder, area, file);
  const { fault } = await load<{ fault?: Fault }>(path);
  if (!fault) throw new Error(`${path} exports no "fault"; what faults share lies outside of ${folder}`);
  const kind = `${area}/${basename(file, '.ts')}`;
  if (fault.kind !== kind) throw new Error(`${path} exports the fault "${fault.kind}"; by its file it is "${kind}"`);
  return fault;
}

async function load<Exports>(path: string): Promise<Exports> {
  return (await import(pathToFileURL(resolve(path)).href)) as Exports;
}

/**
 * The faults that are meant by words that each name an area or a kind; all without any word. A long one is left out unless
 * it is asked for, or named by itself.
 * @throws Error that says which word names nothing, and what there is
 */
export function selectFaults(
  { areas, faults }: Registry,
  words: readonly string[],
  withLong: boolean,
): readonly Registered[] {
  const kinds = new Set(faults.map(({ fault }) => fault.kind));
  for (const word of words) {
    if (areas.has(word) || kinds.has(word)) continue;
    const [area = ''] = word.split('/');
    const known = areas.has(area) ? [...kinds].filter((kind) => kind.startsWith(`${area}/`)) : [...areas.keys()];
    throw new Error(`there is no area and no kind "${word}"; there are ${known.join(', ')}`);
  }
  return faults.filter(({ area, fault }) => {
    if (words.includes(fault.kind)) return true;
    return (withLong || fault.long !== true) && (words.length === 0 || words.includes(area));
  });
}

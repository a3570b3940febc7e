import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Verdict } from './fault';

export const RESULTS_FOLDER = 'test/chaos/results';

/** What was measured of a fault, and when, how and where. */
export interface Recorded extends Verdict {
  /** For example `2026-11-27`. */
  readonly date: string;
  /** What was typed. */
  readonly command: string;
  /** Cores, memory and programs of the machine. */
  readonly machine: string;
}

/** Results by kind. */
export type Results = Readonly<Record<string, Recorded>>;

/** All that is recorded, of all areas. */
export function readResults(folder = RESULTS_FOLDER): Results {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return Object.assign({}, ...files.map((file) => readArea(folder, basename(file, '.json')))) as Results;
}

/** Adds results to those of their areas; what is recorded of other faults stays. */
export function recordResults(results: Results, folder = RESULTS_FOLDER): void {
  mkdirSync(folder, { recursive: true });
  const areas = new Set(Object.keys(results).map(areaOf));
  for (const area of areas) {
    const own = Object.entries(results).filter(([kind]) => areaOf(kind) === area);
    const all = Object.entries({ ...readArea(folder, area), ...Object.fromEntries(own) });
    const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(fileOf(folder, area), `${JSON.stringify(sorted, null, 2)}\n`);
  }
}

function readArea(folder: string, area: string): Results {
  const file = fileOf(folder, area);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

const fileOf = (folder: string, area: string): string => join(folder, `${area}.json`);

const areaOf = (kind: string): string => kind.split('/')[0] ?? '';

import { columns } from '../../../src/cli/api/output';
import { INVARIANTS } from '../invariants/violation';
import type { Hunt } from './caught';

/** Which bugs were found, by what, and after how much. */
export function huntsAsText(hunts: readonly Hunt[]): string {
  const rows = hunts.map(({ bug, schedules, failure }) => [
    bug.name,
    bug.does,
    failure?.violation.invariant ?? (bug.notModelled === undefined ? 'NOT FOUND' : 'not modelled'),
    String(schedules),
    failure?.seed ?? '',
  ]);
  const found = hunts.filter(({ failure }) => failure).length;
  const { text } = columns([['planted bug', 'what it does', 'broke', 'schedules', 'seed'], ...rows]);
  const missing = hunts.filter(({ bug, failure }) => !failure && bug.notModelled !== undefined);
  const why = missing.map(({ bug }) => `${bug.name} needs a world in which ${bug.notModelled}\n`).join('');
  return `${text}\n\n${found} of ${hunts.length} planted bugs were found\n${why}${legend(hunts)}`;
}

function legend(hunts: readonly Hunt[]): string {
  const broken = new Set(hunts.flatMap(({ failure }) => failure?.violation.invariant ?? []));
  return [...broken]
    .sort()
    .map((name) => `${name}: ${INVARIANTS[name]}\n`)
    .join('');
}

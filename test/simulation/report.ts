import { columns } from '../../src/cli/api/output';
import type { Tally } from './tally';

/** What was done and what became of it, for the end. */
export function tallyAsText(tally: Tally, seconds: number): string {
  const deeds = Object.entries(tally.deeds).sort(([, one], [, other]) => other - one);
  const faults = columns([['done to the worlds', 'times'], ...deeds.map(([name, count]) => [name, String(count)])]);
  const hours = Math.round(tally.lastedMs / 3_600_000);
  const figures = columns([
    ['schedules', 'steps', 'runs asked for', 'finished', 'lost', 'doubled', 'their time', 'seconds'],
    [
      ...[tally.schedules, tally.steps, tally.asked, tally.finished, tally.lost, tally.doubled].map(String),
      `${hours} h`,
      seconds.toFixed(0),
    ],
  ]);
  return `${faults.text}\n\n${figures.text}\n`;
}

export const progressOf = ({ schedules, steps }: Tally, seeds: number): string =>
  `${schedules} of ${seeds} schedules, ${steps} steps`;

import { columns, paint } from '../../src/cli/api/output';
import type { Registered } from './registry';
import type { Outcome } from './run';

const HEAD = ['', 'fault', 'asked', 'finished', 'lost', 'doubled', 'killed', 'recovered', 'took'];

/** The table of the end: in colours at a terminal, plain elsewhere; what broke stands below it, a line each. */
export function reportAsText(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(rowOf);
  const { text, line } = columns([HEAD, ...rows]);
  const [head = ''] = text.split('\n');
  const lines = outcomes.map(({ broken }, index) => paint(broken.length > 0 ? 'bad' : 'good', line(rows[index] ?? [])));
  const amiss = outcomes.flatMap(({ kind, broken }) => broken.map((what) => paint('bad', `${kind}: ${what}`)));
  return [paint('muted', head), ...lines, '', ...amiss, summaryOf(outcomes), ''].join('\n');
}

function rowOf({ verdict, broken, seconds }: Outcome, index: number, all: readonly Outcome[]): string[] {
  const state = broken.length > 0 ? 'BROKEN' : 'holds';
  const kind = all[index]?.kind ?? '';
  if (!verdict) return [state, kind, '-', '-', '-', '-', '-', '-', secondsOf(seconds * 1000)];
  const { asked, finished, lost, doubled, killed, recoveredInMs } = verdict;
  const counts = [asked, finished, lost, doubled, killed].map(String);
  return [state, kind, ...counts, secondsOf(recoveredInMs), secondsOf(seconds * 1000)];
}

/** One sentence: how many faults and runs there were, and what became of them. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const verdicts = outcomes.flatMap(({ verdict }) => verdict ?? []);
  const sum = (key: 'asked' | 'finished' | 'lost' | 'doubled' | 'killed') =>
    verdicts.reduce((total, verdict) => total + verdict[key], 0);
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0).length;
  const runs = `${sum('asked')} runs asked for, ${sum('finished')} finished, ${sum('lost')} lost, ${sum('doubled')} doubled, ${sum('killed')} killed`;
  return `${outcomes.length} kinds of faults, ${broken} of them BROKEN: ${runs}`;
}

/** What `--list` prints. */
export function listAsText(faults: readonly Registered[]): string {
  const rows = faults.map(({ fault }) => [fault.kind, fault.title, fault.long ? 'only with --long' : '']);
  return `${columns([['kind', 'what happens', ''], ...rows]).text}\n`;
}

export const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

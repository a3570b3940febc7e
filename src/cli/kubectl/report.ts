import type { Finding, Level, Report } from '../../doctor';
import { visibleName } from '../../text/visible';
import { paint, print, type Mood } from '../api/output';
import { widthOf } from '../api/width';
import { EXIT_CODES } from '../exit-codes';

const MOODS: Readonly<Record<Level | 'ok', Mood>> = { FAILED: 'bad', WARNING: 'warning', UNKNOWN: 'muted', ok: 'good' };

/** Room for the longest level and a gap. */
const MARGIN = 9;
/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 120;

/** What the report means for a program. */
export function exitCodeOf({ findings }: Pick<Report, 'findings'>): number {
  const has = (level: Level): boolean => findings.some((finding) => finding.level === level);
  if (has('FAILED')) return EXIT_CODES.failed.code;
  if (has('WARNING')) return EXIT_CODES.warned.code;
  return has('UNKNOWN') ? EXIT_CODES.unseen.code : EXIT_CODES.done.code;
}

/** The report as data. */
export const reportData = ({ findings, scene, subjects }: Report) => ({
  findings,
  subjects: subjects.map((name) => ({ name, worst: worstOf(findings, name) })),
  workerPools: scene.pools.map(({ metadata: { namespace, name } }) => ({ namespace, name })),
  counts: {
    failed: count(findings, 'FAILED'),
    warnings: count(findings, 'WARNING'),
    unknown: count(findings, 'UNKNOWN'),
  },
});

const count = (findings: readonly Finding[], level: Level): number =>
  findings.filter((finding) => finding.level === level).length;

const worstOf = (findings: readonly Finding[], subject: string): Level | 'ok' =>
  findings.find((finding) => finding.subject === subject)?.level ?? 'ok';

/** Prints it: a line a finding, or a paragraph where a person looks on. */
export function printReport(report: Report): void {
  const { findings, subjects } = report;
  for (const finding of findings) {
    if (process.stdout.isTTY) printParagraph(finding, Math.min(process.stdout.columns || 80, WIDEST));
    else print(lineOf(finding));
  }
  const clean = subjects.filter((name) => worstOf(findings, name) === 'ok');
  if (clean.length > 0) print(process.stdout.isTTY ? `${level('ok')}${clean.join(', ')}` : `ok: ${clean.join(', ')}`);
  if (process.stdout.isTTY) print('');
  print(summaryOf(report));
}

/** One line, whatever others have put into its words. */
export const lineOf = ({ level: bad, code, object, message, mend }: Finding): string =>
  visibleName(oneLine(`${bad}: ${code}: ${object}: ${message.replace(/\.$/, '')}. Mend: ${mend}`));

function printParagraph({ level: bad, code, object, message, mend }: Finding, width: number): void {
  const [first = '', ...more] = wrapped(visibleName(oneLine(`${object}: ${message}`)), width - MARGIN);
  const rest = [...more, ...wrapped(visibleName(oneLine(`Mend: ${mend}`)), width - MARGIN)];
  const codeLine = `(${code})`;
  process.stdout.write(`${level(bad)}${first}\n`);
  for (const line of rest) print(`${' '.repeat(MARGIN)}${line}`);
  print(`${' '.repeat(MARGIN)}${codeLine}`, process.stdout, 'muted');
}

const level = (name: Level | 'ok'): string => paint(MOODS[name], name.padEnd(MARGIN));

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Broken at spaces; what has none stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function summaryOf({ findings, scene: { pools, scope } }: Report): string {
  const where = scope.namespace === undefined ? 'all namespaces' : `namespace ${scope.namespace}`;
  const looked = `Looked at ${pools.length} ${pools.length === 1 ? 'WorkerPool' : 'WorkerPools'} in ${where}`;
  if (findings.length === 0) return `${looked}: nothing found.`;
  const counts = (['FAILED', 'WARNING', 'UNKNOWN'] as const).flatMap((each) => {
    const number = count(findings, each);
    return number === 0 ? [] : [`${number} ${each}`];
  });
  return `${looked}: ${counts.join(', ')}.`;
}

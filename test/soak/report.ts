import { columns, paint } from '../../src/cli/api/output';
import type { SoakReport } from './soak';

const MEBIBYTE = 2 ** 20;

/** The table of the end. */
export function soakAsText(report: SoakReport): string {
  const { accounts, audits, amiss, ghosts, processes, disk, minutes, seed } = report;
  const { lost, doubled, killed } = accounts;
  const sum = (numbers: Readonly<Record<string, number>>) =>
    Object.values(numbers).reduce((total, one) => total + one, 0);
  const counted = (numbers: Readonly<Record<string, number>>) =>
    Object.entries(numbers).map(([name, count]) => ['', name, String(count)]);
  const rows = [
    ['', 'what', 'count'],
    ['runs asked for', '', String(sum(accounts.asked))],
    ...counted(accounts.asked),
    ['finished', '', String(sum(accounts.ended) - lost.length)],
    ...counted(accounts.ended),
    ['lost', '', String(lost.length)],
    ['doubled', '', String(doubled.length)],
    ['killed', '', String(killed.length)],
    ['ghosts', '', String(ghosts.length)],
    ['broken', '', String(sum(report.broken))],
    ...counted(report.broken),
    ['audits', '', String(audits.made)],
    ['', 'in which the cache could be compared', String(audits.compared)],
    ['', 'differences', String(audits.differences.length)],
  ];
  const usage = [
    ['process', 'starts', 'sockets', 'files', 'memory', 'memory an hour'],
    ...processes.map(({ name, starts, first, last, bytesPerHour }) => [
      name,
      String(starts),
      `${first.sockets} > ${last.sockets}`,
      `${first.files} > ${last.files}`,
      `${mebibytes(first.bytes)} > ${mebibytes(last.bytes)}`,
      mebibytes(bytesPerHour),
    ]),
    ['its data on disk', '', '', '', mebibytes(disk.bytes), mebibytes(disk.bytesPerHour)],
  ];
  const end = amiss.length === 0 ? paint('good', 'All invariants held.') : paint('bad', amiss.join('\n'));
  const head = `${minutes} minutes, seed ${seed}`;
  return [head, '', columns(rows).text, '', columns(usage).text, '', end, ''].join('\n');
}

const mebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;

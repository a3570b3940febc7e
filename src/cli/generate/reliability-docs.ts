import type { Area, Fault } from '../../../test/chaos/fault';
import { brokenIn } from '../../../test/chaos/fault';
import { findFaults, type Registry } from '../../../test/chaos/registry';
import { secondsOf } from '../../../test/chaos/report';
import { readResults, type Recorded, type Results } from '../../../test/chaos/results';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

const HOME = 'test/chaos';
const NOT_RECORDED = 'not recorded';
const HEAD = [
  'Kind',
  'What happens',
  'What one sees',
  'What answers it',
  'Runs',
  'Lost, doubled, killed',
  'Recovered in',
  'Recorded',
];

/** What was tried on real parts, and what became of the runs. */
export async function generateReliabilityDocs(): Promise<Artefact> {
  const text = reliabilityPage(await findFaults(), readResults());
  return { files: { 'docs/reliability.md': await page(HOME, text) } };
}

/** @throws Error for a result of a fault that is no more */
export function reliabilityPage(registry: Registry, results: Results): string {
  const kinds = registry.faults.map(({ fault }) => fault.kind);
  const left = Object.keys(results).filter((kind) => !kinds.includes(kind));
  if (left.length > 0) {
    throw new Error(`test/chaos/results has what is no fault of test/chaos/faults: ${left.join(', ')}`);
  }
  const areas = [...registry.areas].map(([name, area]) => {
    const faults = registry.faults.filter((one) => one.area === name).map(({ fault }) => fault);
    return areaText(name, area, faults, results);
  });
  return `# Reliability

Infrastructure code that is applied twice, or ended half way, is damage. So real parts are broken here, one after the other, while runs are in
progress, wait and begin, and the runs are counted:

\`\`\`sh
npm run chaos                    # all of it but what takes more than a minute each; exits with 1 if anything below is not so
npm run chaos -- --list          # the kinds
npm run chaos -- --long          # also the long ones
npm run chaos -- --record        # and what was measured is what stands here after \`npm run generate\`
npm run chaos -- -o json
\`\`\`

An area or a kind may be named: \`npm run chaos -- KIND\` repeats one line of what follows.

${summaryOf(registry, results)}

- **Lost** is a run that never came to an end, **doubled** one of which two Pods were made or let start for one stage and attempt, **killed**
  one in progress that was ended although its own Pod was not what was broken.
- **Recovered in** is the time from the end of the fault until everything was as before it: all runs at their end, those that had piled up in
  the meantime among them, each Worker idle and registered, no Pod left.

${areas.join('\n\n')}
`;
}

function summaryOf({ faults }: Registry, results: Results): string {
  const all = Object.values(results);
  const sum = (key: 'asked' | 'finished' | 'lost' | 'doubled' | 'killed') =>
    all.reduce((total, one) => total + one[key], 0);
  const figures = `${sum('asked')} runs asked for, ${sum('finished')} finished, ${sum('lost')} lost, ${sum('doubled')} doubled, ${sum('killed')} killed`;
  return `**${faults.length} kinds of faults, ${all.length} of them recorded: ${figures}.**`;
}

function areaText(name: string, { title, lead }: Area, faults: readonly Fault[], results: Results): string {
  const recorded = faults.flatMap(({ kind }) => results[kind] ?? []);
  const machines = [...new Set(recorded.map(({ machine }) => machine))];
  const commands = [...new Set(recorded.map(({ command }) => code(command)))];
  const where = machines.length > 0 ? `\n\nRecorded on ${machines.join('; ')}, by ${commands.join(', ')}.` : '';
  const rows = faults.map((fault) => row(fault, results[fault.kind]));
  return `## ${title}\n\n\`npm run chaos -- ${name}\`. ${lead}${where}\n\n${table(HEAD, rows)}`;
}

function row({ kind, title, userSees, why, long }: Fault, result: Recorded | undefined): string[] {
  const sentences = [code(kind) + (long ? ' (long)' : ''), cell(title), cell(userSees), cell(why)];
  if (!result) return [...sentences, NOT_RECORDED, NOT_RECORDED, NOT_RECORDED, NOT_RECORDED];
  const { lost, doubled, killed, recoveredInMs, date } = result;
  const counts = `${lost}, ${doubled}, ${killed}`;
  const broken = brokenIn(result);
  const verdict = broken.length > 0 ? `**BROKEN**: ${cell(broken.join('; '))}` : counts;
  return [...sentences, runsOf(result), verdict, secondsOf(recoveredInMs), date];
}

function runsOf({ asked, finished, endedAs = {} }: Recorded): string {
  const ended = Object.entries(endedAs).map(([reason, count]) => `${count} as ${code(reason)}`);
  return [`${asked} asked, ${finished} finished`, ...ended].join(', ');
}

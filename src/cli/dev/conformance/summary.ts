import { table } from '../../api/output';
import type { Finding, Verdict } from './findings';
import type { Report } from './tools';

/** What people read: each open finding once with where it was found, waivers without use, and a table of the tools. */
export function summary(reports: readonly Report[], { open, waived, unused }: Verdict): string {
  const lines: string[] = [];
  for (const [finding, inputs] of together(open)) {
    const { tool, rule, object, message } = finding;
    lines.push(`${tool}: ${object}: ${rule}`, ...message.split('\n').map((line) => `  ${line}`));
    lines.push(`  in ${inputs.join(', ')}`, '');
  }
  for (const { tool, rule, object } of unused) {
    lines.push(`The waiver of ${tool} ${rule} for ${object} is not needed any more: take it out.`, '');
  }
  const rows = reports.map(({ tool, version, checked }) => {
    const count = (findings: readonly Finding[]): string => `${findings.filter((one) => one.tool === tool).length}`;
    return [tool, version, checked, count(open), count(waived)];
  });
  return [...lines, table([['tool', 'version', 'checked', 'findings', 'waived'], ...rows])].join('\n');
}

/** Findings that differ only in what was given to the tool, with all of that. */
function together(findings: readonly Finding[]): Map<Finding, string[]> {
  const firsts = new Map<string, Finding>();
  const inputs = new Map<Finding, string[]>();
  for (const finding of findings) {
    const key = JSON.stringify({ ...finding, input: '' });
    const first = firsts.get(key) ?? finding;
    firsts.set(key, first);
    inputs.set(first, [...(inputs.get(first) ?? []), finding.input]);
  }
  return inputs;
}

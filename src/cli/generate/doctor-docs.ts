import { SUBJECTS } from '../../doctor';
import { NOT_SEEN } from '../../doctor/finding';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

/** The page of checks, from the kinds of findings that each subject has. */
export async function generateDoctorDocs(): Promise<Artefact> {
  const text = `# What doctor looks at

How it is used: [doctor](../operations/doctor.md). The codes stay the same, for scripts.

${SUBJECTS.map(
  ({ name, looksAt, kinds }) => `## ${name}

${cell(looksAt)}

${table(
  ['Code', 'Level', 'Meaning', 'Mend'],
  Object.entries(kinds).map(([kind, { level, meaning, mend }]) => [code(kind), level, cell(meaning), cell(mend)]),
)}`,
).join('\n\n')}

## Whatever could not be looked at

${code(NOT_SEEN)} has the level UNKNOWN, and says what you may not read, or what gave no answer. It is told once for all subjects.
`;
  return { files: { 'docs/reference/doctor-checks.md': await page('src/doctor/subjects', text) } };
}

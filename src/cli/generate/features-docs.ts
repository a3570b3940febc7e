import { FEATURES, type Feature } from '../../../test/docs/features';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

const HOME = 'test/docs/features';

/** What the documentation of worker pools promises, whether it works, and the tests that show it. */
export async function generateFeaturesDocs(): Promise<Artefact> {
  const groups = FEATURES.map(
    ({ title, features }) => `## ${title}\n\n${table(['', 'Feature', 'State', 'Shown by'], features.map(row))}`,
  );
  const text = `# Features

What the public documentation of worker pools promises, and what shows that it works here. \`npm test\` fails when a test that is
named here was not run, or has failed; a name is that of a test or of the group that it is in. What is to come is in
[limits](operations/limits.md#not-implemented-yet).

${groups.join('\n\n')}
`;
  return { files: { 'docs/features.md': await page(HOME, text) } };
}

function row({ id, what, proofs, toCome }: Feature): string[] {
  const tests = proofs.map(({ file, title }) => `${code(file)}: ${cell(title)}`);
  return [id, cell(what), stateOf(proofs.length > 0, toCome), tests.join('<br>')];
}

function stateOf(isShown: boolean, toCome: string | undefined): string {
  if (toCome === undefined) return 'works';
  return isShown ? `works; to come: ${cell(toCome)}` : 'to come';
}

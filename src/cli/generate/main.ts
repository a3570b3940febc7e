import { relative } from 'node:path';
import { npmScript } from '../npm-script';
import type { Artefact, Generator } from './artefact';
import { differences, write } from './files';
import { MissingSource } from './kubernetes-source';

/**
 * `npm run generate` writes every generated file; with `--check` it leaves them alone and fails when one is
 * not what its source gives.
 *
 * Each generator is loaded when its turn comes, because the later ones are made of what the earlier ones wrote.
 */
const GENERATORS: readonly (() => Promise<Generator>)[] = [
  async () => (await import('./kubernetes')).generateKubernetes,
  async () => (await import('./types')).generateTypes,
  async () => (await import('./imports')).generateImports,
  async () => (await import('./api-docs')).generateApiDocs,
  async () => (await import('./constructs-docs')).generateConstructsDocs,
  async () => (await import('./graphql')).generateGraphql,
  async () => (await import('./browser-script')).generateBrowserScript,
  async () => (await import('./roles-docs')).generateRolesDocs,
  async () => (await import('./audit-docs')).generateAuditDocs,
  async () => (await import('./operations-docs')).generateOperationsDocs,
  async () => (await import('./features-docs')).generateFeaturesDocs,
  async () => (await import('./reliability-docs')).generateReliabilityDocs,
  async () => (await import('./threats-docs')).generateThreatsDocs,
  async () => (await import('./cli-docs')).generateCliDocs,
  async () => (await import('./doctor-docs')).generateDoctorDocs,
  async () => (await import('./settings-docs')).generateSettingsDocs,
  async () => (await import('./conditions-docs')).generateConditionsDocs,
  async () => (await import('./policy-input')).generatePolicyInput,
  async () => (await import('./charts')).generateCharts,
  async () => (await import('./goldens')).generateGoldens,
  async () => (await import('./gitops')).generateGitOpsManifests,
  async () => (await import('./examples')).generateExamples,
];

npmScript('npm run generate', (program) =>
  program
    .description('Write every generated file.')
    .option('--check', 'write nothing; fail where a committed file is not what its source gives')
    .action(generate),
);

async function generate({ check = false }: { check?: boolean }): Promise<void> {
  const differing: string[] = [];
  for (const load of GENERATORS) {
    const artefact = await generated(await load(), check);
    if (artefact === undefined) continue;
    const changed = check ? await differences(artefact) : await write(artefact);
    differing.push(...changed);
  }
  report(check, differing);
}

/**
 * Only the extract of Kubernetes' types needs a tool beyond npm's; where it is missing, the committed extract stays. What
 * could not be compared is not up to date, though: a check fails.
 */
async function generated(generator: Generator, check: boolean): Promise<Artefact | undefined> {
  try {
    return await generator();
  } catch (error) {
    if (!(error instanceof MissingSource)) throw error;
    if (check) {
      console.error(`The committed extract of Kubernetes' types could not be checked: ${error.message}`);
      process.exitCode = 1;
      return undefined;
    }
    console.log(`Kept the committed extract of Kubernetes' types: ${error.message}`);
    return undefined;
  }
}

function report(check: boolean, differing: readonly string[]): void {
  const names = differing.map((file) => `  ${relative('.', file)}\n`).join('');
  if (!check) {
    console.log(differing.length === 0 ? 'Everything generated was up to date.' : `Written:\n${names.trimEnd()}`);
  } else if (differing.length > 0) {
    console.error(`Not what their sources give; run \`npm run generate\` and commit:\n${names.trimEnd()}`);
    process.exitCode = 1;
  }
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerCrd, workerPoolCrd } from '../../../api';
import { OLDEST_KUBERNETES } from '../../../charting/emit';
import { ensureBinaries, VERSIONS } from '../../../local-cluster/binaries';
import { findHelm } from '../../../local-cluster';
import { npmScript } from '../../npm-script';
import { judge, parseWaivers } from './findings';
import { gatherInputs } from './inputs';
import { chartTestingRules, foreignDefinitions, kubernetesSchemas, pythonPackages } from './packages';
import { proveTools } from './proof';
import { summary } from './summary';
import { strictSchemas, type CustomResourceDefinition } from './strict-schema';
import { chartTesting, helmLint, kubeconform, kubeScore, type Report, type Schemas, type Toolbox } from './tools';

const WAIVERS = 'src/cli/dev/conformance/waivers.yaml';

/** The Kubernetes versions that the charts are for, up to that of the tests. */
const [OLDEST, NEWEST] = [OLDEST_KUBERNETES, VERSIONS.kubernetes].map((version) => Number(version.split('.')[1]));
const KUBERNETES = Array.from({ length: NEWEST! - OLDEST! + 1 }, (_, index) => `1.${OLDEST! + index}.0`);

/**
 * Checks charts, synth output and examples with the tools of the ecosystem; all of them, each time. kube-linter and
 * Polaris are not among them: neither is published as a Go module that can be had with a checked sum.
 */
npmScript('conformance', (program) => program.action(main));

async function main(): Promise<void> {
  const waivers = parseWaivers(await readFile(WAIVERS, 'utf8'));
  const scratch = mkdtempSync(join(tmpdir(), 'worker-pools-conformance-'));
  try {
    const reports = await check(scratch);
    const verdict = judge(
      reports.flatMap(({ findings }) => findings),
      waivers,
    );
    process.stdout.write(`${summary(reports, verdict)}\n`);
    process.exitCode = verdict.open.length + verdict.unused.length === 0 ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function check(scratch: string): Promise<Report[]> {
  const helm = await findHelm();
  const programs = await ensureBinaries(['kubeconform', 'kube-score', 'chart-testing']);
  const packages = await pythonPackages();
  const schemas: Schemas = {
    kubernetes: await kubernetesSchemas(packages, KUBERNETES),
    versions: KUBERNETES,
    custom: writeSchemas(join(scratch, 'schemas'), [workerPoolCrd(), workerCrd(), ...(await foreignDefinitions())]),
  };
  const toolbox: Toolbox = {
    helmLint: (charts) => helmLint(helm, charts),
    kubeconform: (manifests) => kubeconform(programs.kubeconform, manifests, schemas),
    kubeScore: (manifests) => kubeScore(programs['kube-score'], manifests),
    chartTesting: await chartTestingWith(programs['chart-testing'], helm, packages, scratch),
  };
  await proveTools(toolbox, scratch);
  const { charts, manifests, runPods } = await gatherInputs(helm, scratch);
  return [
    await toolbox.helmLint(charts),
    await toolbox.chartTesting(charts),
    await toolbox.kubeconform([...manifests, ...runPods]),
    await toolbox.kubeScore(manifests),
  ];
}

async function chartTestingWith(
  program: string,
  helm: string,
  packages: string,
  scratch: string,
): Promise<Toolbox['chartTesting']> {
  const context = { helm, packages, rules: await chartTestingRules(), scratch };
  return (charts) => chartTesting(program, charts, context);
}

function writeSchemas(folder: string, definitions: readonly CustomResourceDefinition[]): string {
  mkdirSync(folder);
  for (const [file, schema] of definitions.flatMap(strictSchemas)) {
    writeFileSync(join(folder, file), JSON.stringify(schema));
  }
  return folder;
}

import { cp, mkdtemp } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { VERSIONS } from '../../../local-cluster/binaries';
import { exec, type ExecResult } from '../../../local-cluster/exec';
import type { Finding } from './findings';
import type { ChartInput, ManifestInput } from './input-types';
import {
  acrossVersions,
  readChartTesting,
  readHelmLint,
  readKubeconform,
  readKubeScore,
  type SaidOfFile,
} from './outputs';

/** What one tool looked at, and what it found. */
export interface Report {
  readonly tool: string;
  readonly version: string;
  /** For people: "96 objects, 9 Kubernetes versions". */
  readonly checked: string;
  readonly findings: readonly Finding[];
}

/** The tools, ready to be given charts and manifests. */
export interface Toolbox {
  helmLint(charts: readonly ChartInput[]): Promise<Report>;
  chartTesting(charts: readonly ChartInput[]): Promise<Report>;
  kubeconform(manifests: readonly ManifestInput[]): Promise<Report>;
  kubeScore(manifests: readonly ManifestInput[]): Promise<Report>;
}

/** Each chart with its subcharts, and by itself with each of its values files, which Helm would give to subcharts too. */
export async function helmLint(helm: string, charts: readonly ChartInput[]): Promise<Report> {
  const findings: Finding[] = [];
  let runs = 0;
  for (const { name, folder, valuesFiles } of charts) {
    for (const values of [undefined, ...valuesFiles]) {
      const given = values === undefined ? ['--with-subcharts'] : ['--values', values];
      const result = await exec(helm, ['lint', '--strict', folder, ...given]);
      const said = readHelmLint(result.stdout + result.stderr);
      if (result.exitCode !== 0 && said.length === 0) throw failed('helm lint', result);
      const input = values === undefined ? name : `${name} with ${basename(values)}`;
      findings.push(...said.map((finding) => ({ ...finding, input })));
      runs++;
    }
  }
  const version = (await exec(helm, ['version', '--template', '{{.Version}}'])).stdout.replace(/^v/, '');
  return { tool: 'helm lint', version, checked: count(runs, 'set', 'of values'), findings };
}

export interface Schemas {
  /** A folder for each Kubernetes version below it. */
  readonly kubernetes: string;
  /** Versions with the patch number. */
  readonly versions: readonly string[];
  /** The kinds that are not Kubernetes' own. */
  readonly custom: string;
}

/** Every object against the schemas of every Kubernetes version; unknown fields and kinds are findings. */
export async function kubeconform(
  program: string,
  manifests: readonly ManifestInput[],
  schemas: Schemas,
): Promise<Report> {
  const names = new Map(manifests.map(({ file, name }) => [file, name]));
  const file = '{{.ResourceKind}}{{.KindSuffix}}.json';
  const locations = [join(schemas.kubernetes, '{{.NormalizedKubernetesVersion}}', file), join(schemas.custom, file)];
  const options = ['-strict', '-verbose', '-output', 'json', ...locations.flatMap((one) => ['-schema-location', one])];
  const found = new Map<string, SaidOfFile[]>();
  let objects = 0;
  for (const version of schemas.versions) {
    const result = await exec(program, [...options, '-kubernetes-version', version, ...names.keys()]);
    if (result.stdout === '') throw failed('kubeconform', result);
    const read = readKubeconform(result.stdout);
    objects = read.objects;
    found.set(version.replace(/\.0$/, ''), read.findings);
  }
  const findings = acrossVersions(found).map(({ file: from, ...said }) => ({
    ...said,
    input: names.get(from) ?? from,
  }));
  const checked = `${count(objects, 'object')}, ${schemas.versions.length} Kubernetes versions`;
  return { tool: 'kubeconform', version: VERSIONS.kubeconform, checked, findings };
}

/** Each file by itself, as a Pod and what guards it belong together. */
export async function kubeScore(program: string, manifests: readonly ManifestInput[]): Promise<Report> {
  const findings: Finding[] = [];
  const kubernetes = `v${/^\d+\.\d+/.exec(VERSIONS.kubernetes)?.[0]}`;
  let objects = 0;
  for (const { file, name } of manifests) {
    const result = await exec(program, ['score', '--output-format', 'json', '--kubernetes-version', kubernetes, file]);
    // It exits 1 when something is critical; then the report says what.
    if (result.stdout === '') throw failed('kube-score', result);
    const read = readKubeScore(result.stdout);
    objects += read.objects;
    findings.push(...read.findings.map((finding) => ({ ...finding, input: name })));
  }
  return { tool: 'kube-score', version: VERSIONS.kubeScore, checked: count(objects, 'object'), findings };
}

/**
 * Chart-testing's rules for Chart.yaml, values and version numbers. Two of its rules ask other machines and are left
 * out: whether the version grew since the branch that is published, and whether the maintainers have accounts.
 *
 * @param packages the folder of Python packages with yamllint and yamale
 * @param rules the folder with chart-testing's own `chart_schema.yaml` and `lintconf.yaml`
 */
export async function chartTesting(
  program: string,
  charts: readonly ChartInput[],
  context: { readonly helm: string; readonly packages: string; readonly rules: string; readonly scratch: string },
): Promise<Report> {
  const path = [dirname(context.helm), join(context.packages, 'bin'), process.env.PATH ?? ''].join(delimiter);
  const findings: Finding[] = [];
  for (const { name, folder } of charts) {
    // It may write into the chart's folder, so it gets a copy.
    const scratch = await mkdtemp(join(context.scratch, 'chart-testing-'));
    await cp(folder, join(scratch, basename(folder)), { recursive: true });
    const options = ['--check-version-increment=false', '--validate-maintainers=false', '--skip-helm-dependencies'];
    const rules = [
      ...['--chart-yaml-schema', join(context.rules, 'chart_schema.yaml')],
      ...['--lint-conf', join(context.rules, 'lintconf.yaml')],
    ];
    const args = ['lint', '--charts', basename(folder), ...options, ...rules];
    const env = { PATH: path, PYTHONPATH: context.packages };
    const { stdout, stderr, exitCode } = await exec(program, args, { cwd: scratch, env });
    const said = readChartTesting(stdout + stderr, exitCode);
    findings.push(...said.map((finding) => ({ ...finding, input: name })));
  }
  return { tool: 'chart-testing', version: VERSIONS.chartTesting, checked: count(charts.length, 'chart'), findings };
}

function count(number: number, one: string, rest = ''): string {
  return `${number} ${one}${number === 1 ? '' : 's'} ${rest}`.trim();
}

function failed(tool: string, { exitCode, stdout, stderr }: ExecResult): Error {
  return new Error(`${tool} failed with exit code ${exitCode}:\n${(stderr || stdout).trim()}`);
}

import type { Finding } from './findings';

type Said = Omit<Finding, 'input'>;

interface KubeconformReport {
  readonly resources: readonly {
    readonly filename: string;
    readonly kind: string;
    readonly name: string;
    readonly status: string;
    readonly msg: string;
  }[];
}

/** What kubeconform says of an object in a file. */
export type SaidOfFile = Said & { readonly file: string };

/** What kubeconform found in one run; and how many objects it looked at. */
export function readKubeconform(json: string): { objects: number; findings: SaidOfFile[] } {
  const { resources } = JSON.parse(json) as KubeconformReport;
  const findings = resources
    .filter(({ status }) => status !== 'statusValid')
    .map(({ filename, kind, name, status, msg }) => ({
      tool: 'kubeconform',
      // A kind that no schema is known for is a gap of ours to name, not a fault of the object.
      rule: /^could not find schema/.test(msg) ? 'missing-schema' : status === 'statusSkipped' ? 'skipped' : 'schema',
      object: `${kind}/${name}`,
      // Before it stand the path of the schema and a guess at the reason.
      message: msg.replace(/^problem validating schema\. .*?jsonschema validation failed with '.*?' - /s, ''),
      file: filename,
    }));
  return { objects: resources.length, findings };
}

/** One finding for what was found by the schemas of several Kubernetes versions, given in their order. */
export function acrossVersions(found: ReadonlyMap<string, readonly SaidOfFile[]>): SaidOfFile[] {
  const versions = [...found.keys()];
  const together = new Map<string, { finding: SaidOfFile; of: string[] }>();
  for (const [version, findings] of found) {
    for (const finding of findings) {
      const key = JSON.stringify(finding);
      const entry = together.get(key) ?? { finding, of: [] };
      together.set(key, { finding, of: [...entry.of, version] });
    }
  }
  return [...together.values()].map(({ finding, of }) => {
    const unbroken =
      of.length > 2 && versions.indexOf(of.at(-1) ?? '') - versions.indexOf(of[0] ?? '') === of.length - 1;
    const which = unbroken ? `${of[0]} to ${of.at(-1)}` : of.join(', ');
    return { ...finding, message: `Kubernetes ${which}: ${finding.message}` };
  });
}

interface KubeScoreReport {
  readonly object_name: string;
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

/** The grade that kube-score gives to what is all right. */
const ALL_OK = 10;

/** What kube-score marks down, warnings and hints included. */
export function readKubeScore(json: string): { objects: number; findings: Said[] } {
  const reports = JSON.parse(json || '[]') as KubeScoreReport[] | null;
  const findings = (reports ?? []).flatMap(({ checks, type_meta, object_meta }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < ALL_OK)
      .flatMap(({ check, comments }) =>
        (comments ?? []).map(({ path, summary }) => ({
          tool: 'kube-score',
          rule: check.id,
          object: `${type_meta.kind}/${object_meta.name}`,
          message: path === '' ? summary : `${path}: ${summary}`,
        })),
      ),
  );
  return { objects: reports?.length ?? 0, findings };
}

/** The problems that `helm lint` names; with `--strict` warnings are among them. */
export function readHelmLint(text: string): Said[] {
  return [...text.matchAll(/^\[(WARNING|ERROR)\] (?:(\S+): )?(.*)$/gm)].map(([, level = '', file, message = '']) => ({
    tool: 'helm lint',
    rule: level.toLowerCase(),
    object: file ?? 'chart',
    message,
  }));
}

/**
 * What `ct lint` names: yamllint's complaints line by line, and what yamale and ct itself say. A failure of which
 * nothing is recognised is one finding with the end of the output, so that none is lost.
 */
export function readChartTesting(text: string, exitCode: number): Said[] {
  const findings: Said[] = [];
  let file = 'chart';
  for (const line of text.split('\n')) {
    if (/^\S+\.ya?ml$/.test(line)) file = line;
    const [, place, message, rule] = /^ +(\d+:\d+) +(?:error|warning) +(.*?) +\(([a-z-]+)\)$/.exec(line) ?? [];
    if (rule === undefined) continue;
    findings.push({ tool: 'chart-testing', rule, object: file, message: `line ${place}: ${message}` });
  }
  if (exitCode !== 0 && findings.length === 0) {
    const said = text
      .trim()
      .split('\n')
      .filter((line) => !/^-*$/.test(line))
      .slice(-8)
      .join('\n');
    findings.push({ tool: 'chart-testing', rule: 'lint', object: 'chart', message: said });
  }
  return findings;
}

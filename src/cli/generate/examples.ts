import { App, Yaml } from 'cdk8s';
import { readFile } from 'node:fs/promises';
import { EXAMPLES } from '../../../examples/charts';
import type { Artefact } from './artefact';
import { cell, page, table } from './markdown';

const MANIFESTS = 'examples/manifests';
const SOURCES = 'src/cli/generate/examples.ts and the docstrings of the charts';

/** The manifests of the example charts, for those who write no TypeScript, and the list of examples. */
export async function generateExamples(): Promise<Artefact> {
  const files: Record<string, string> = {};
  const rows: string[][] = [];
  for (const [name, Example] of Object.entries(EXAMPLES)) {
    const source = `examples/charts/${name}.ts`;
    const words = docstring(await readFile(source, 'utf8'), source);
    const comment = [...wrapped(words), '', `Made by \`npm run generate\` from ${source}; change that instead.`];
    const header = comment.map((line) => `# ${line}`.trimEnd()).join('\n');
    files[`${MANIFESTS}/${name}.yaml`] =
      `${header}\n${Yaml.stringify(...(new Example(new App(), name).toJson() as unknown[]))}`;
    rows.push([`[${name}](charts/${name}.ts)`, `[YAML](manifests/${name}.yaml)`, cell(words)]);
  }
  files['examples/README.md'] = await page(SOURCES, readme(rows));
  return { files, folders: [MANIFESTS] };
}

/** The words before the chart's class. */
function docstring(source: string, path: string): string {
  const [, text] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export class \w+ extends Chart/.exec(source) ?? [];
  if (text === undefined) throw new Error(`${path} has no class of a chart with a docstring`);
  return text
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function wrapped(text: string, width = 118): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

const readme = (rows: readonly (readonly string[])[]): string => `# Examples

## Charts

Each is one file, to be copied into a cdk8s app of your own; each is also a manifest, made from the chart.

${table(['Chart', 'Manifest', 'What it shows'], rows)}

What stands in them is checked against a real API server. The operator of this project does not carry out all of it yet:
VCS agents and the cache of tools are [for Spacelift's own controller](../docs/operations/limits.md#not-implemented-yet).

The pools take their token and private key from a Secret that lies beside them:

\`\`\`sh
worker-pools pool create network --out ./production --kubernetes-secret docker-in-docker-credentials
kubectl apply -f ./production/secret.yaml
\`\`\`

In a checkout of this repository each runs by itself; \`--namespace\` puts its objects there:

\`\`\`sh
npx tsx examples/run.ts docker-in-docker                          # to standard output
npx tsx examples/run.ts keda monitoring --namespace builds | kubectl apply --server-side -f -
npx cdk8s synth --app "npx tsx examples/run.ts keda" --output dist   # as a file, the way cdk8s does it
npm run synth                                                     # all of them, with CRDs and operator, below synth/
\`\`\`

or without TypeScript:

\`\`\`sh
kubectl apply -f examples/manifests/docker-in-docker.yaml
\`\`\`

## WorkerPools by hand

[workerpools](workerpools) has manifests of single fields, for looking things up:
[all-options.yaml](workerpools/all-options.yaml) has every one of them once.

## Initialization policies

[policies](policies) has Rego for [initialization policies](../docs/guides/initialization-policies.md), each tested with OPA. Copy one into the
ConfigMap of a pool, or give it to \`InitializationPolicy.fromFile\`.

## A GitOps repository

[gitops](gitops/README.md) is a whole one, for Argo CD or Flux.

## Stacks

[stacks/hello](stacks/hello) is the OpenTofu configuration that the demo runs.
`;

import { format } from 'prettier';
import {
  API_VERSION,
  CATEGORY,
  UNUSED_SELECTOR_LABEL,
  WORKER_KIND,
  WORKER_POOL_KIND,
  type Kind,
  type PrinterColumn,
} from '../../api';
import type { Artefact } from './artefact';
import { metricsPage } from './metrics-docs';
import { cell, objectSections } from './object-docs';

const PRETTIER = { parser: 'markdown', printWidth: 120 } as const;

const NOTICE = '<!-- Made by `npm run generate` from src/api; change that instead. -->';

/** The reference: an overview, a page for each kind, and one for the metrics. */
export async function generateApiDocs(): Promise<Artefact> {
  const pages = [WORKER_POOL_KIND, WORKER_KIND];
  const texts: Record<string, string> = { 'docs/api.md': overview(pages) };
  for (const kind of pages) texts[`docs/api/${kind.singular}.md`] = page(kind);
  texts['docs/api/metrics.md'] = `${NOTICE}\n\n${metricsPage()}`;
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(texts)) files[path] = await format(text, PRETTIER);
  return { files };
}

function overview(kinds: readonly Kind[]): string {
  const rows = kinds.map(
    (kind) =>
      `| [${kind.kind}](api/${kind.singular}.md) | ${code(kind.plural)}, ${kind.shortNames.map(code).join(', ')} | ${kind.description} |`,
  );
  return `${NOTICE}

# API

Two kinds in the group and version ${code(API_VERSION)}, both namespaced. ${code(`kubectl get ${CATEGORY}`)} lists both. The constructs that make them: [Constructs](api/constructs.md).

| Kind | Names for kubectl | What it is |
| --- | --- | --- |
${rows.join('\n')}

- A person writes WorkerPools; the operator makes the Workers, and a Pod for each run.
- ${code('kubectl explain workerpool.spec')} shows these texts in the terminal. Fields of Kubernetes' own types keep their first sentence, two levels deep, so that the CRD is small enough for client-side ${code('kubectl apply')}.
- Lists of Kubernetes types have no merge keys here: with server-side apply, one field manager owns a whole list. Inside a container of ${code('customInitContainers')} and ${code('additionalSidecarContainers')} they merge as Kubernetes' do.
- Set an option or leave it out. ${code('null')} is dropped by client-side ${code('kubectl apply')} and refused by server-side apply.
- Values like ${code('imagePullPolicy')} that only Pods use are judged when a Pod is made of them: the condition PodTemplateValid of the WorkerPool says so at once.
- [examples](../examples/README.md) has a manifest for each common need, and the charts that most of them come from.

## Autoscalers

${code('kubectl scale')}, HorizontalPodAutoscalers and KEDA set ${code('spec.poolSize')} through the scale subresource. Leave ${code('poolSize')} out of the manifest then: the operator gives a new pool the size 1, so that there is a scale to read, and applying the manifest again keeps the last size.

The scale subresource has to name a label selector, and an autoscaler may count the Pods that it selects. An idle Worker has no Pod, so ${code(UNUSED_SELECTOR_LABEL)} is a label that no Pod bears: scale by an outside metric, such as the runs that wait, and not by the load of Pods.
`;
}

function page(kind: Kind): string {
  return `${NOTICE}

# ${kind.kind}

${kind.description}

${code(`apiVersion: ${API_VERSION}`)}, ${code(`kind: ${kind.kind}`)}; namespaced; kubectl knows it as ${[kind.plural, kind.singular, ...kind.shortNames].map(code).join(', ')}.

${refusals(kind)}

${objectSections(kind.spec, 'spec')}

${objectSections(kind.status, 'status')}

## Columns

${columns(kind.columns)}
${scale(kind)}`;
}

const refusals = ({ rules }: Kind): string =>
  rules.length === 0
    ? ''
    : `Refused by the API server unless:\n\n${rules.map(({ message }) => `- ${cell(message)}`).join('\n')}`;

function columns(all: readonly PrinterColumn[]): string {
  const rows = all.map(
    ({ name, jsonPath, priority }) =>
      `| ${name} | ${code(jsonPath)} | ${priority === undefined ? '' : 'with `-o wide`'} |`,
  );
  return `| Column | Shows | |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function scale({ scale: paths }: Kind): string {
  if (paths === undefined) return '';
  return `
## Scale subresource

| Of the scale | Of the object |
| --- | --- |
| ${code('spec.replicas')} | ${code(paths.specReplicasPath)} |
| ${code('status.replicas')} | ${code(paths.statusReplicasPath)} |
| ${code('status.selector')} | ${code(paths.labelSelectorPath)}, see [Autoscalers](../api.md#autoscalers) |
`;
}

const code = (text: string): string => `\`${text}\``;

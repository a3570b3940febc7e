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
import { cell, code, page, table } from './markdown';
import { metricsPage } from './metrics-docs';
import { objectSections } from './object-docs';

/** The reference: an overview, a page for each kind, and one for the metrics. */
export async function generateApiDocs(): Promise<Artefact> {
  const kinds = [WORKER_POOL_KIND, WORKER_KIND];
  const texts: Record<string, string> = {
    'docs/api.md': overview(kinds),
    ...Object.fromEntries(kinds.map((kind) => [`docs/api/${kind.singular}.md`, kindPage(kind)])),
    'docs/api/metrics.md': metricsPage(),
  };
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(texts)) files[path] = await page('src/api', text);
  return { files };
}

function overview(kinds: readonly Kind[]): string {
  const rows = kinds.map(({ kind, singular, plural, shortNames, description }) => [
    `[${kind}](api/${singular}.md)`,
    [plural, ...shortNames].map(code).join(', '),
    description,
  ]);
  return `# API

Two kinds in the group and version ${code(API_VERSION)}, both namespaced. ${code(`kubectl get ${CATEGORY}`)} lists both. The constructs that make them: [Constructs](api/constructs.md).

${table(['Kind', 'Names for kubectl', 'What it is'], rows)}

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

function kindPage(kind: Kind): string {
  return `# ${kind.kind}

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

const columns = (all: readonly PrinterColumn[]): string =>
  table(
    ['Column', 'Shows', ''],
    all.map(({ name, jsonPath, priority }) => [name, code(jsonPath), priority === undefined ? '' : 'with `-o wide`']),
  );

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

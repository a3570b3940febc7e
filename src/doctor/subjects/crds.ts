import { GROUP, VERSION, workerCrd, workerPoolCrd, type CustomResourceDefinition, type JsonSchema } from '../../api';
import type { KubeObject } from '../../controller/runtime';
import type { Found } from '../finding';
import { CRDS } from '../kinds';
import { subject } from '../subject';
import type { Seen } from '../view';

/** As much of a CRD in the cluster as is looked at. */
export interface StoredCrd extends KubeObject {
  readonly spec: {
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
      readonly subresources?: { readonly status?: object; readonly scale?: object };
    }[];
  };
  readonly status?: {
    readonly storedVersions?: readonly string[];
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

interface CrdFact {
  readonly wanted: CustomResourceDefinition;
  readonly stored: Seen<StoredCrd | undefined>;
}

/** Fields that are named at most. */
const NAMED = 4;
const INSTALL =
  'Upgrade the release of the operator, which brings its CRDs (crds.install), or apply those of this version: ' +
  'helm template charts/spacelift-workerpool-controller/charts/crds | kubectl apply --server-side -f -';

const kinds = {
  'crd-missing': {
    level: 'FAILED',
    meaning: 'A CustomResourceDefinition is not there: no WorkerPool can be made, and the controller cannot start.',
    mend: INSTALL,
  },
  'crd-going': {
    level: 'FAILED',
    meaning: 'A CustomResourceDefinition is being deleted, with all objects of its kind.',
    mend: 'Let the WorkerPools drain, then install the CRDs anew; whatever deletes them (helm uninstall, a GitOps tool that prunes) must leave them.',
  },
  'crd-refused': {
    level: 'FAILED',
    meaning: 'The API server does not serve a CustomResourceDefinition: its names are taken, or its schema is refused.',
    mend: 'Remove the CRD that has the same names, then install this one again.',
  },
  'crd-version': {
    level: 'FAILED',
    meaning: `A CustomResourceDefinition does not serve ${VERSION}, which the controller speaks.`,
    mend: INSTALL,
  },
  'crd-subresource': {
    level: 'FAILED',
    meaning:
      'A CustomResourceDefinition lacks a subresource: without `status` nothing is told, without `scale` no autoscaler works.',
    mend: INSTALL,
  },
  'crd-official': {
    level: 'WARNING',
    meaning:
      'A CustomResourceDefinition is that of another chart, such as the official one: fields that only this project has are dropped without a word.',
    mend: INSTALL,
  },
  'crd-older': {
    level: 'WARNING',
    meaning:
      'A CustomResourceDefinition lacks fields that this version knows: the API server drops them without a word.',
    mend: INSTALL,
  },
  'crd-newer': {
    level: 'WARNING',
    meaning: 'A CustomResourceDefinition has fields that this version does not know: it is of a newer one.',
    mend: 'Use the command line and the controller of the version that the CRDs are of.',
  },
  'crd-stored': {
    level: 'WARNING',
    meaning: 'Objects may still be stored in a version that is not served any more.',
    mend: 'Write every object once (kubectl get … -o json | kubectl replace -f -), then take the version out of status.storedVersions.',
  },
} as const;

type Code = keyof typeof kinds;

export function crdFindings(facts: readonly CrdFact[]): Found<Code>[] {
  return facts.flatMap(({ wanted, stored }) => {
    const object = `CustomResourceDefinition ${wanted.metadata.name}`;
    const found = (code: Code, message: string): Found<Code>[] => [{ code, object, message }];
    if (stored === 'unseen') return [];
    if (!stored) return found('crd-missing', 'it is not installed');
    if (stored.metadata.deletionTimestamp) {
      return found('crd-going', `it is being deleted since ${stored.metadata.deletionTimestamp}`);
    }
    const refused = stored.status?.conditions?.find(
      ({ type, status }) => ['Established', 'NamesAccepted'].includes(type) && status === 'False',
    );
    if (refused) return found('crd-refused', `the API server does not serve it: ${refused.message ?? refused.type}`);
    const served = stored.spec.versions.find(({ name, served: isServed }) => name === VERSION && isServed);
    if (!served) {
      const others = stored.spec.versions.map(({ name }) => name).join(', ');
      return found('crd-version', `it does not serve ${VERSION}, but ${others || 'nothing'}`);
    }
    return [
      ...subresources(wanted, served).flatMap((name) => found('crd-subresource', `it has no subresource ${name}`)),
      ...fieldFindings(wanted, stored, served, found),
      ...(stored.status?.storedVersions ?? [])
        .filter((version) => !stored.spec.versions.some(({ name, served: isServed }) => name === version && isServed))
        .flatMap((version) => found('crd-stored', `objects may be stored in ${version}, which is not served`)),
    ];
  });
}

type Served = StoredCrd['spec']['versions'][number];

const subresources = ({ spec }: CustomResourceDefinition, served: Served): string[] =>
  Object.keys(spec.versions[0]?.subresources ?? {}).filter(
    (name) => served.subresources?.[name as 'status' | 'scale'] === undefined,
  );

/** What `controller-gen` leaves on the CRDs that it makes, as those of the official chart are. */
const MADE_ELSEWHERE = 'controller-gen.kubebuilder.io/version';

function fieldFindings(
  wanted: CustomResourceDefinition,
  { metadata }: StoredCrd,
  served: Served,
  found: (code: Code, message: string) => Found<Code>[],
): Found<Code>[] {
  const ours = fieldsOf(wanted.spec.versions[0]?.schema.openAPIV3Schema);
  const theirs = fieldsOf(served.schema?.openAPIV3Schema);
  const missing = [...ours].filter((field) => !theirs.has(field) && !isBelowAny(field, served));
  const further = [...theirs].filter((field) => !ours.has(field));
  if (metadata.annotations?.[MADE_ELSEWHERE] !== undefined) {
    const lacks = missing.length > 0 ? `, and lacks ${listed(missing)}` : '';
    return found('crd-official', `it was made by controller-gen, not by this project${lacks}`);
  }
  return [
    ...(missing.length > 0 ? found('crd-older', `it is of an older version: it lacks ${listed(missing)}`) : []),
    ...(further.length > 0 ? found('crd-newer', `it is of a newer version: it has ${listed(further)}`) : []),
  ];
}

/** Every field, as `spec.pod.volumes`; Kubernetes' own types are not gone into. */
function fieldsOf(schema: JsonSchema | undefined): Set<string> {
  const fields = new Set<string>();
  const walk = (at: JsonSchema | undefined, path: string, depth: number): void => {
    for (const [name, below] of Object.entries(at?.properties ?? {})) {
      const field = path === '' ? name : `${path}.${name}`;
      if (depth === 0 && name !== 'spec' && name !== 'status') continue;
      fields.add(field);
      if (depth < 2) walk(below, field, depth + 1);
    }
  };
  walk(schema, '', 0);
  return fields;
}

/** A schema that takes any field below. */
function isBelowAny(field: string, served: Served): boolean {
  let at: (JsonSchema & { 'x-kubernetes-preserve-unknown-fields'?: boolean }) | undefined =
    served.schema?.openAPIV3Schema;
  for (const name of field.split('.')) {
    if (at?.['x-kubernetes-preserve-unknown-fields']) return true;
    at = at?.properties?.[name];
  }
  return false;
}

const listed = (fields: readonly string[]): string =>
  `${fields.slice(0, NAMED).join(', ')}${fields.length > NAMED ? ` and ${fields.length - NAMED} more fields` : ''}`;

export const crds = subject<readonly CrdFact[], Code>({
  name: 'crds',
  looksAt: `The CustomResourceDefinitions of ${GROUP}, against those of this version.`,
  kinds,
  gather: ({ view }) =>
    Promise.all(
      [workerPoolCrd(), workerCrd()].map(async (wanted) => ({
        wanted,
        stored: await view.get<StoredCrd>(CRDS, undefined, wanted.metadata.name),
      })),
    ),
  findings: crdFindings,
});

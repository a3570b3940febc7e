import { workerCrd, workerPoolCrd, type CustomResourceDefinition } from '../../../src/api';
import type { StoredCrd } from '../../../src/doctor/subjects/crds';
import { ago, cases } from './fixtures';

type Change = (crd: StoredCrd) => unknown;

const stored = (wanted: CustomResourceDefinition): StoredCrd => ({
  ...(structuredClone(wanted) as unknown as StoredCrd),
  status: { storedVersions: ['v1beta1'], conditions: [{ type: 'Established', status: 'True' }] },
});

/** Both CRDs as they should be, but for that of WorkerPools. */
function facts(change: Change = () => undefined) {
  const pools = stored(workerPoolCrd());
  const changed = change(pools);
  return [
    { wanted: workerPoolCrd(), stored: (changed ?? pools) as StoredCrd },
    { wanted: workerCrd(), stored: stored(workerCrd()) },
  ];
}

/** Lets what is read only be changed. */
interface Loose {
  [key: string]: Loose;
}
const loose = (value: unknown): Loose => value as Loose;
const specOf = (crd: StoredCrd): Loose =>
  loose(crd.spec.versions[0]?.schema?.openAPIV3Schema).properties!.spec!.properties!;

export const crds = cases<unknown>({
  healthy: [facts(), [{ wanted: workerPoolCrd(), stored: 'unseen' }]],
  broken: {
    'crd-missing': [[{ wanted: workerPoolCrd(), stored: undefined }]],
    'crd-going': [facts((crd) => ({ ...crd, metadata: { ...crd.metadata, deletionTimestamp: ago(1) } }))],
    'crd-refused': [
      facts((crd) => ({
        ...crd,
        status: { conditions: [{ type: 'NamesAccepted', status: 'False', message: '"wp" is already in use' }] },
      })),
    ],
    'crd-version': [facts((crd) => ({ ...crd, spec: { versions: [{ name: 'v1alpha1', served: true }] } }))],
    'crd-subresource': [
      facts((crd) => {
        delete loose(crd.spec.versions[0]).subresources!.scale;
      }),
    ],
    'crd-official': [
      facts((crd) => {
        delete specOf(crd).pollCommsURL;
        loose(crd.metadata).annotations = loose({ 'controller-gen.kubebuilder.io/version': 'v0.14.0' });
      }),
    ],
    'crd-older': [
      facts((crd) => {
        delete specOf(crd).pollCommsURL;
      }),
      facts((crd) => {
        delete specOf(crd).pod!.properties!.launcherImage;
      }),
    ],
    'crd-newer': [
      facts((crd) => {
        specOf(crd).inventions = loose({ type: 'string' });
      }),
    ],
    'crd-stored': [facts((crd) => ({ ...crd, status: { storedVersions: ['v1alpha1', 'v1beta1'] } }))],
  },
});

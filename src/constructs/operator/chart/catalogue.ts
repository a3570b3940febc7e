import { stringify } from 'yaml';
import { API_VERSION, GROUP, VERSION, WORKER_KIND, WORKER_POOL_KIND, type Kind } from '../../../api';
import type { Catalogue } from '../../../charting/chart';
import { CHART_ORIGIN, pageOf } from '../../shared/repository';

const crds = [WORKER_POOL_KIND, WORKER_KIND].map(({ kind, plural, description }: Kind) => {
  return { kind, version: VERSION, name: `${plural}.${GROUP}`, displayName: kind, description };
});

const secretKey = (key: string) => ({ secretKeyRef: { name: 'network-pool', key } });

/** What a person makes; the operator makes the Workers. */
const example = {
  apiVersion: API_VERSION,
  kind: WORKER_POOL_KIND.kind,
  metadata: { name: 'network' },
  spec: { poolSize: 2, token: secretKey('token'), privateKey: secretKey('privateKey') },
};

const links = [
  ['Images: build and push them first', 'docs/guides/images.md'],
  ['Guide', 'docs/guides/helm.md'],
  ['From the official chart', 'docs/guides/migrating-from-the-official-chart.md'],
  ['Changelog', 'CHANGELOG.md'],
].map(([name, path = '']) => ({ name, url: pageOf(path) }));

/** What Helm and Artifact Hub show. No images are listed: the project publishes none that could be looked at there. */
export const OPERATOR_CATALOGUE: Catalogue = {
  ...CHART_ORIGIN,
  keywords: ['worker-pools', 'opentofu', 'terraform', 'infrastructure-as-code', 'operator', 'spacelift'],
  annotations: {
    'artifacthub.io/license': 'Apache-2.0',
    'artifacthub.io/category': 'integration-delivery',
    'artifacthub.io/operator': 'true',
    'artifacthub.io/prerelease': 'true',
    'artifacthub.io/crds': stringify(crds),
    'artifacthub.io/crdsExamples': stringify([example]),
    'artifacthub.io/links': stringify(links),
  },
};

import { stringify } from 'yaml';
import type { Catalogue } from '../../../charting/chart';
import { CHART_ORIGIN, pageOf } from '../../shared/repository';

const links = [
  ['Images: build and push them first', 'docs/guides/images.md'],
  ['Install', 'docs/guides/control-plane-install.md'],
  ['In production', 'docs/guides/control-plane.md'],
  ['Changelog', 'CHANGELOG.md'],
].map(([name, path = '']) => ({ name, url: pageOf(path) }));

/** What Helm and Artifact Hub show. No images are listed: the project publishes none that could be looked at there. */
export const CONTROL_PLANE_CATALOGUE: Catalogue = {
  ...CHART_ORIGIN,
  keywords: ['worker-pools', 'opentofu', 'terraform', 'infrastructure-as-code', 'control-plane'],
  annotations: {
    'artifacthub.io/license': 'Apache-2.0',
    'artifacthub.io/category': 'integration-delivery',
    'artifacthub.io/prerelease': 'true',
    'artifacthub.io/links': stringify(links),
  },
};

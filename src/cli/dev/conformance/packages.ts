import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { VERSIONS } from '../../../local-cluster/binaries';
import { cachePath } from '../../../local-cluster/cache';
import { run } from '../../../local-cluster/exec';
import { withLock } from '../../../local-cluster/lock';
import { onPath } from '../../../local-cluster/platform';
import { plainLines, task } from '../../../local-cluster/progress';
import { goModule } from '../../go-module';
import { UserError } from '../../run-program';
import type { CustomResourceDefinition } from './strict-schema';

const REQUIREMENTS = 'src/cli/dev/conformance/requirements.txt';

/** Definitions of kinds that are not ours nor Kubernetes', from the Go modules of those who make them. */
const DEFINITIONS: readonly { readonly module: string; readonly files: readonly string[] }[] = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: ['prometheusrules', 'servicemonitors'].map(
      (kind) => `example/prometheus-operator-crd-full/monitoring.coreos.com_${kind}.yaml`,
    ),
  },
  {
    module: 'github.com/kedacore/keda/v2@v2.16.1',
    files: ['scaledobjects', 'triggerauthentications'].map((kind) => `config/crd/bases/keda.sh_${kind}.yaml`),
  },
  { module: 'github.com/argoproj/argo-cd/v3@v3.3.19', files: ['manifests/crds/application-crd.yaml'] },
  {
    module: 'github.com/fluxcd/kustomize-controller@v1.9.6',
    files: ['config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml'],
  },
  {
    module: 'github.com/fluxcd/source-controller@v1.9.6',
    files: ['config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml'],
  },
];

/**
 * The folder with the packages of requirements.txt, installed there by pip when it is not yet.
 *
 * @throws UserError when there is no Python, or pip cannot install them
 */
export async function pythonPackages(): Promise<string> {
  const python = onPath('python3');
  if (!python) throw new UserError('the checks of charts need Python with pip: install python3 and python3-pip');
  const wanted = await readFile(REQUIREMENTS, 'utf8');
  const version = await run(python, ['--version']);
  const key = createHash('sha256').update(wanted).update(version).digest('hex').slice(0, 12);
  return once(join(cachePath('tools'), `conformance-python-${key}`), 'installing checks from PyPI', async (folder) => {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--root-user-action=ignore'];
    await run(python, ['-m', 'pip', 'install', ...quiet, '--no-deps', '--target', folder, '-r', REQUIREMENTS]);
  });
}

/**
 * The folder with Kubernetes' schemas, one folder below it for each version, `v1.26.0` and so on.
 *
 * @param packages what `pythonPackages` gave
 * @param versions with the patch number, for example `1.26.0`
 */
export async function kubernetesSchemas(packages: string, versions: readonly string[]): Promise<string> {
  const source = join(packages, 'kubernetes_validate', 'kubernetes-json-schema');
  const key = createHash('sha256').update(packages).update(versions.join()).digest('hex').slice(0, 12);
  return once(
    join(cachePath('schemas'), `kubernetes-${key}`),
    'laying out the schemas of Kubernetes',
    async (folder) => {
      for (const version of versions) {
        const from = join(source, `v${version}-local-strict`);
        const to = join(folder, `v${version}`);
        await mkdir(to);
        for (const file of await readdir(from)) {
          const schema = JSON.parse(await readFile(join(from, file), 'utf8')) as Record<string, unknown>;
          // The names under which they refer to each other are of a web site; here they lie side by side.
          delete schema.$id;
          await writeFile(join(to, file), JSON.stringify(schema).replaceAll('"/api/_definitions', '"_definitions'));
        }
      }
    },
  );
}

/** The CustomResourceDefinitions of `DEFINITIONS`, through Go's module cache. */
export async function foreignDefinitions(): Promise<CustomResourceDefinition[]> {
  const title = 'getting the definitions of other kinds';
  return task(plainLines, title, 'about 10 seconds the first time', async () => {
    const definitions: CustomResourceDefinition[] = [];
    for (const { module, files } of DEFINITIONS) {
      const folder = await goModule(module);
      for (const file of files) {
        definitions.push(parse(await readFile(join(folder, file), 'utf8')) as CustomResourceDefinition);
      }
    }
    return definitions;
  });
}

/** Fills a folder of the cache unless it is there; whole or not at all, also when several processes ask for it. */
async function once(folder: string, title: string, fill: (scratch: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    const scratch = await mkdtemp(`${folder}.unfinished-`);
    try {
      await task(plainLines, title, 'once', () => fill(scratch));
      await rename(scratch, folder);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return folder;
}

/** The folder with chart-testing's own rules for Chart.yaml and YAML, which its program does not carry inside. */
export async function chartTestingRules(): Promise<string> {
  return join(await goModule(`github.com/helm/chart-testing/v3@v${VERSIONS.chartTesting}`), 'etc');
}

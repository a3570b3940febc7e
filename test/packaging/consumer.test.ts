import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../../src/local-cluster/exec';
import { builtPackage, filesBelow, remove } from './support/built-package';
import { createConsumerApp } from './support/consumer-app';

const { packed } = builtPackage();
const paths = packed.files.map((file) => file.path);
const PEERS = ['cdk8s', 'cdk8s-plus-28', 'constructs'];

const MAIN = `
import { App, Chart, Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { PrometheusExporter, WorkerPool, WorkerPoolOperator, type WorkerPoolProps } from 'cdk8s-worker-pools';
import { LABEL, type WorkerPoolSpec } from 'cdk8s-worker-pools/api';

const app = new App({ outdir: 'synth' });
const chart = new Chart(app, 'tools', { namespace: 'tools' });
new WorkerPoolOperator(chart, 'operator');
const secret = Secret.fromSecretName(chart, 'credentials', 'credentials');
const props: WorkerPoolProps = {
  metadata: { name: 'builds' },
  token: { secret, key: 'token' },
  privateKey: { secret, key: 'privateKey' },
  poolSize: 2,
};
new WorkerPool(chart, 'pool', props);
new PrometheusExporter(chart, 'exporter', {
  apiEndpoint: 'https://control-plane.example',
  apiKeyId: 'KEY',
  apiKeySecret: Secret.fromSecretName(chart, 'key', 'key'),
});
const spec: WorkerPoolSpec = { poolSize: Size.mebibytes(2).toMebibytes() };
console.log(LABEL.workerPool, spec.poolSize);
app.synth();
`;

const TSCONFIG = {
  compilerOptions: { target: 'es2022', module: 'node16', strict: true, noUncheckedIndexedAccess: true, types: [] },
  include: ['main.ts'],
};

let app: string;

// npm and the compiler take their time on a busy machine.
jest.setTimeout(180_000);

beforeAll(async () => {
  app = await createConsumerApp({ 'main.ts': MAIN, 'tsconfig.json': JSON.stringify(TSCONFIG) });
});
afterAll(() => remove(app));

describe('the tarball', () => {
  it('holds the compiled constructs, their description for jsii, the program and the charts; no source and no test', () => {
    const places = new Set(paths.map((path) => path.replace(/^(lib|charts)\/.*/, '$1')));
    expect([...places].sort()).toEqual([
      '.jsii',
      'README.md',
      'charts',
      'dist/spacelift-worker.sh',
      'dist/worker-pools.mjs',
      'dist/worker-pools.mjs.LEGAL.txt',
      'lib',
      'package.json',
    ]);
    expect(paths.filter((path) => path.startsWith('lib/') && !/\.(js|d\.ts)$/.test(path))).toEqual([]);
    expect([...new Set(paths.flatMap((path) => /^lib\/(imports|src\/[^/]+)\//.exec(path)?.[1] ?? []))].sort()).toEqual([
      'imports',
      'src/api',
      'src/charting',
      'src/constructs',
    ]);
  });

  it('holds every file of the charts', () => {
    expect(paths.filter((path) => path.startsWith('charts/')).sort()).toEqual(
      filesBelow('charts').map((path) => `charts/${path}`),
    );
  });

  it('carries no source map inside its files', () => {
    const compiled = paths.filter((path) => /^lib\/.*\.js$/.test(path));
    const folder = join(app, 'node_modules', 'cdk8s-worker-pools');
    expect(compiled.filter((path) => readFileSync(join(folder, path), 'utf8').includes('sourceMappingURL'))).toEqual(
      [],
    );
  });
});

describe('an app that installs the package', () => {
  it('gets the three libraries with it and nothing else', async () => {
    const tree = JSON.parse(await run('npm', ['ls', '--json', '--all'], { cwd: app })) as Tree;
    const installed = Object.keys(tree.dependencies ?? {}).sort();
    const ours = tree.dependencies?.['cdk8s-worker-pools'];
    expect(installed).toEqual(['cdk8s-worker-pools', 'typescript']);
    expect(Object.keys(ours?.dependencies ?? {}).sort()).toEqual(PEERS);
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(
      [...PEERS, 'cdk8s-worker-pools', 'typescript'].sort(),
    );
    process.stderr.write(
      `packed ${kilobytes(packed.size)}, unpacked ${kilobytes(packed.unpackedSize)}, ${paths.length} files, ` +
        `${Object.keys(ours?.dependencies ?? {}).length} dependencies\n`,
    );
  });

  it('passes a strict type check and synthesizes', async () => {
    await run('node', ['node_modules/typescript/bin/tsc'], { cwd: app });
    expect(await run('node', ['main.js'], { cwd: app })).toBe('workers.spacelift.io/workerpool 2\n');
    const manifests = parseAllDocuments(readFileSync(join(app, 'synth/tools.k8s.yaml'), 'utf8')).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string; namespace?: string } },
    );
    expect(manifests).toContainEqual(
      expect.objectContaining({ kind: 'WorkerPool', metadata: { name: 'builds', namespace: 'tools' } }),
    );
    const kinds = manifests.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'CustomResourceDefinition')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'Deployment')).toHaveLength(2);
  });

  it('loads the constructs without any library of the server side', async () => {
    const program = `
      require('cdk8s-worker-pools');
      require('cdk8s-worker-pools/api');
      const within = (path) => path.split('/node_modules/')[1];
      console.log(JSON.stringify(Object.keys(require.cache).map(within)));`;
    const loaded = JSON.parse(await run('node', ['--eval', program], { cwd: app })) as string[];
    const ours = loaded.filter((path) => path.startsWith('cdk8s-worker-pools/'));
    expect(ours).toContain('cdk8s-worker-pools/lib/src/index.js');
    expect(ours.filter((path) => !path.startsWith('cdk8s-worker-pools/lib/'))).toEqual([]);
    expect([...new Set(loaded.map((path) => path.split('/')[0]))].sort()).toEqual(
      [...PEERS, 'cdk8s-worker-pools'].sort(),
    );
  });

  it('has the program', async () => {
    expect(await run('npx', ['--no', '--', 'worker-pools', '--help'], { cwd: app })).toMatch(/^Usage: worker-pools /);
  });
});

/** What `npm ls --json` prints. */
interface Tree {
  readonly dependencies?: Readonly<Record<string, Tree>>;
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

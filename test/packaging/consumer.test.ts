import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../../src/local-cluster/exec';
import { builtPackage, filesBelow, remove, temporaryFolder } from './support/built-package';
import { createConsumerApp } from './support/consumer-app';
import { newestNode, oldestNode, type Node } from './support/nodes';

const { packed } = builtPackage();
const paths = packed.files.map((file) => file.path);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const PEERS = ['cdk8s', 'cdk8s-plus-28', 'constructs'];

const MAIN = `
import { App, Chart, Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { PrometheusExporter, WorkerPool, WorkerPoolOperator, type WorkerPoolProps } from 'cdk8s-worker-pools';
import { LABEL, type WorkerPoolSpec } from 'cdk8s-worker-pools/api';

const app = new App();
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
  compilerOptions: { target: 'es2022', module: 'node16', strict: true, skipLibCheck: false, types: [] },
  include: ['main.ts'],
};

let app: string;

// npm and the compiler take their time on a busy machine.
jest.setTimeout(180_000);

beforeAll(async () => {
  app = await createConsumerApp({
    'main.ts': MAIN,
    'tsconfig.json': JSON.stringify(TSCONFIG),
    'cdk8s.yaml': 'language: typescript\napp: node main.js\n',
  });
});
afterAll(() => remove(app));

describe('the tarball', () => {
  it('holds the compiled constructs, their description for jsii, the program and the charts; no source and no test', () => {
    const places = new Set(paths.map((path) => path.replace(/^(lib|charts|dist\/worker-pools)\/.*/, '$1')));
    expect([...places].sort()).toEqual([
      '.jsii',
      'LICENSE',
      'README.md',
      'charts',
      'dist/worker-pools',
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

  it('holds the license of the package, and those of the libraries inside the program', () => {
    const text = (path: string): string => readFileSync(join(app, 'node_modules', 'cdk8s-worker-pools', path), 'utf8');
    expect(text('LICENSE')).toBe(readFileSync('LICENSE', 'utf8'));
    expect(text('dist/worker-pools/LICENSES.txt')).toMatch(/^commander [\d.]+ \(MIT\)\n\n\(The MIT License\)/m);
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
});

describe.each(['oldest', 'newest'])('on the %s Node that it is for', (age) => {
  const nodes = temporaryFolder('nodes');
  let node: Node;
  beforeAll(async () => {
    node = age === 'oldest' ? await oldestNode(nodes) : newestNode;
  });
  afterAll(() => remove(nodes));

  const worked = async (program: string, ...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await node.call(program, args, app);
    expect({ exitCode, said: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, said: '' });
    return stdout;
  };

  it('an app passes a strict type check, libraries included, and synthesizes', async () => {
    await worked('node', 'node_modules/typescript/bin/tsc');
    expect(await worked('node', 'main.js')).toBe('workers.spacelift.io/workerpool 2\n');
    await worked('node', resolve('node_modules/cdk8s-cli/bin/cdk8s'), 'synth', '--no-check-upgrade');
    const manifests = parseAllDocuments(readFileSync(join(app, 'dist/tools.k8s.yaml'), 'utf8')).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string; namespace?: string } },
    );
    expect(manifests).toContainEqual(
      expect.objectContaining({ kind: 'WorkerPool', metadata: { name: 'builds', namespace: 'tools' } }),
    );
    const kinds = manifests.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'CustomResourceDefinition')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'Deployment')).toHaveLength(2);
  });

  it('the program shows its help and its version', async () => {
    expect(await worked('npx', '--no', '--', 'worker-pools', '--help')).toMatch(/^Usage: worker-pools /);
    expect(await worked('npx', '--no', '--', 'worker-pools', '--version')).toBe(`${version}\n`);
  });

  it('the program asks control planes', async () => {
    const args = ['pool', 'list', '--url', 'https://127.0.0.1:9', '--api-key-secret-file', 'main.ts'];
    const { exitCode, stderr } = await node.call('npx', ['--no', '--', 'worker-pools', ...args], app);
    const sentence = 'worker-pools: https://127.0.0.1:9 cannot be reached: nothing listens there (ECONNREFUSED)\n';
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: sentence });
  });
});

it('the program runs a control plane', async () => {
  const program = join(app, 'node_modules', 'cdk8s-worker-pools', 'dist', 'worker-pools', 'worker-pools.mjs');
  const ports = ['--listen', '127.0.0.1:0'];
  const child = spawn(newestNode.path, [program, 'control-plane', '--data-dir', join(app, 'data'), ...ports]);
  let said = '';
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    said += chunk;
    if (!child.killed && said.includes('control plane listens')) child.kill('SIGTERM');
  }
  expect(said).toContain('control plane stopped');
});

/** What `npm ls --json` prints. */
interface Tree {
  readonly dependencies?: Readonly<Record<string, Tree>>;
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

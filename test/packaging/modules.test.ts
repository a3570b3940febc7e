import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, run } from '../../src/local-cluster/exec';
import { remove } from './support/built-package';
import { createConsumerApp } from './support/consumer-app';

const SOURCE = `
import { CommsProtocol, WorkerPool, type WorkerPoolProps } from 'cdk8s-worker-pools';
import { LABEL, type WorkerPoolSpec } from 'cdk8s-worker-pools/api';
export const props: WorkerPoolProps = { commsProtocol: CommsProtocol.MQTT };
export const spec: WorkerPoolSpec = { poolSize: 1 };
export const names: string[] = [WorkerPool.name, LABEL.workerPool];
`;

let app: string;

// npm and the compiler take their time on a busy machine.
jest.setTimeout(180_000);

beforeAll(async () => {
  app = await createConsumerApp({ 'common.cts': SOURCE, 'common.mts': SOURCE, 'common.ts': SOURCE });
});
afterAll(() => remove(app));

describe('the types are found', () => {
  const settings: [name: string, file: string, options: Readonly<Record<string, string>>][] = [
    ['by a CommonJS file under node16', 'common.cts', { module: 'node16' }],
    ['by an ES module under node16', 'common.mts', { module: 'node16' }],
    ['under nodenext', 'common.mts', { module: 'nodenext' }],
    ['by a bundler', 'common.ts', { module: 'esnext', moduleResolution: 'bundler' }],
    // What cdk8s init writes: TypeScript's old resolution, which knows nothing of "exports".
    [
      'by the template of cdk8s init',
      'common.ts',
      { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
    ],
  ];

  it.each(settings)('%s', async (_name, file, options) => {
    const tsconfig = `tsconfig.${settings.findIndex(([name]) => name === _name)}.json`;
    const compilerOptions = { target: 'es2022', strict: true, skipLibCheck: true, noEmit: true, types: [], ...options };
    writeFileSync(join(app, tsconfig), JSON.stringify({ compilerOptions, files: [file] }));
    const { stdout, exitCode } = await exec('node', ['node_modules/typescript/bin/tsc', '--project', tsconfig], {
      cwd: app,
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  });
});

describe('Node finds', () => {
  const evaluate = (type: 'commonjs' | 'module', program: string): Promise<string> =>
    run('node', [`--input-type=${type}`, '--eval', program], { cwd: app });

  it('both entries from CommonJS', async () => {
    const program = `
      const { WorkerPool } = require('cdk8s-worker-pools');
      const { LABEL } = require('cdk8s-worker-pools/api');
      console.log(WorkerPool.name, LABEL.worker);`;
    expect(await evaluate('commonjs', program)).toBe('WorkerPool workers.spacelift.io/worker\n');
  });

  it('both entries, and their names, from an ES module', async () => {
    const program = `
      import { WorkerPool } from 'cdk8s-worker-pools';
      import { LABEL } from 'cdk8s-worker-pools/api';
      console.log(WorkerPool.name, LABEL.worker);`;
    expect(await evaluate('module', program)).toBe('WorkerPool workers.spacelift.io/worker\n');
  });

  it("what jsii's tools look for", async () => {
    const program = `console.log(['.jsii', 'package.json'].map((file) => require.resolve('cdk8s-worker-pools/' + file)).length)`;
    expect(await evaluate('commonjs', program)).toBe('2\n');
  });

  it.each([
    'cdk8s-worker-pools/lib/src/constructs/shared/checks',
    'cdk8s-worker-pools/lib/src/index.js',
    'cdk8s-worker-pools/dist',
  ])('no %s, which may change with every version', async (path) => {
    const { stderr, exitCode } = await exec('node', ['--eval', `require('${path}')`], { cwd: app });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED'),
    });
  });
});

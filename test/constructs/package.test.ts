import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'worker-pools-lib-'));
const lib = join(folder, 'lib');

beforeAll(() => {
  const options = ['--project', 'tsconfig.jsii.json', '--outDir', lib];
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options], { stdio: 'inherit' });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('needs nothing at run time but cdk8s and constructs', () => {
    const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
    const required = sources
      .map((path) => readFileSync(join(lib, path), 'utf8'))
      .flatMap((source) => [...source.matchAll(/require\("([^."][^"]*)"\)/g)].map(([, name]) => name))
      .filter((name) => !name?.startsWith('node:'));
    expect([...new Set(required)].sort()).toEqual(['cdk8s', 'cdk8s-plus-28', 'constructs']);
  });

  it('can be required by a CommonJS program, which synthesizes an operator and a pool with it', () => {
    const program = `
      const { App, Chart } = require('cdk8s');
      const { WorkerPool, WorkerPoolOperator } = require('./lib');
      const chart = new Chart(new App(), 'chart', { namespace: 'tools' });
      new WorkerPoolOperator(chart, 'operator');
      new WorkerPool(chart, 'pool', { poolSize: 2 });
      console.log(JSON.stringify(chart.toJson().map(({ kind }) => kind)));`;
    const output = execFileSync(process.execPath, ['--eval', program], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual(
      expect.arrayContaining(['CustomResourceDefinition', 'Deployment', 'WorkerPool']),
    );
  });
});

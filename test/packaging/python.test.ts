import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { exec, run } from '../../src/local-cluster/exec';
import { allFences, placeOf } from '../docs/support/fences';
import { packLanguages, remove, temporaryFolder } from './support/built-package';

const APP = join('test', 'packaging', 'python', 'app');
const folder = temporaryFolder('python');
const python = join(folder, 'venv', 'bin', 'python');

// Packing the wheel and installing cdk8s beside it take half a minute, more on a busy machine.
jest.setTimeout(600_000);

const missing = await whyNoPython();
if (missing) process.stderr.write(`The Python package is not tested: ${missing}\n`);

(missing ? describe.skip : describe)('the Python package', () => {
  beforeAll(async () => {
    const wheels = join(await packLanguages(['python']), 'python');
    const wheel = readdirSync(wheels).find((file) => file.endsWith('.whl')) ?? '';
    await run('python3', ['-m', 'venv', join(folder, 'venv')]);
    await run(python, ['-m', 'pip', 'install', '--quiet', join(wheels, wheel)]);
  });

  it('brings the license', async () => {
    const program = `from importlib.metadata import files; print(next(f for f in files("cdk8s-worker-pools") if f.name == "LICENSE").read_text())`;
    expect((await run(python, ['-c', program])).trimEnd()).toBe(readFileSync('LICENSE', 'utf8').trimEnd());
  });

  it('synthesizes an operator, a pool, its presets, its autoscaler and the monitoring as TypeScript does', async () => {
    const [typescript, fromPython] = [outdir('typescript'), outdir('python')];
    await run(resolve('node_modules/.bin/tsx'), [`${APP}.ts`], { env: { CDK8S_OUTDIR: typescript } });
    await run(python, [`${APP}.py`], { env: { CDK8S_OUTDIR: fromPython } });
    const manifests = manifestsIn(fromPython);
    expect(manifests).toEqual(manifestsIn(typescript));
    expect(manifests.find(({ kind }) => kind === 'WorkerPool')).toMatchObject({
      metadata: { name: 'builds', namespace: 'tools', labels: { tier: 'one' } },
      spec: {
        token: { secretKeyRef: { name: 'builds-credentials', key: 'token' } },
        failedPodsHistoryTTL: '86400s',
        // A label that a class written in Python set.
        pod: { activeDeadlineSeconds: 7200, labels: { team: 'platform' } },
      },
    });
    expect(manifests.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'CustomResourceDefinition',
        'Deployment',
        'StorageClass',
        'HorizontalPodAutoscaler',
        'PrometheusRule',
      ]),
    );
  });

  it.each(allFences().flatMap((fence) => (fence.language === 'python' ? [[placeOf(fence), fence.code]] : [])))(
    'runs what the docs show at %s',
    async (place, code) => {
      const written = outdir(place.replaceAll(/\W/g, '-'));
      await run(python, ['-c', code], { env: { CDK8S_OUTDIR: written } });
      expect(manifestsIn(written).map(({ kind }) => kind)).toContain('WorkerPool');
    },
  );

  it.each([
    ['a number that no pool can have', 'pool_size=-1', /tools\/pool.*poolSize.*-1/],
    ['a key without a token', 'private_key=SecretValue(secret=secret, key="key")', /tools\/pool.*token/],
    ['a word in place of a number', 'pool_size="two"', /poolSize|pool_size/],
  ])('refuses %s with the sentence that TypeScript gives', async (_title, argument, sentence) => {
    const program = [
      'from cdk8s import App, Chart',
      'from cdk8s_plus_28 import Secret, SecretValue',
      'from cdk8s_worker_pools import WorkerPool',
      'chart = Chart(App(), "tools")',
      'secret = Secret.from_secret_name(chart, "secret", "secret")',
      `WorkerPool(chart, "pool", ${argument})`,
    ];
    const { exitCode, stderr } = await exec(python, ['-c', program.join('\n')]);
    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(sentence);
  });
});
afterAll(() => remove(folder));

/** Why there is no Python to test with; in CI it is needed. */
async function whyNoPython(): Promise<string | undefined> {
  if (process.env.CI === 'true') return undefined;
  const { exitCode } = await exec('python3', ['-c', 'import venv, ensurepip']);
  if (exitCode === 127) return 'there is no python3 on PATH';
  return exitCode === 0 ? undefined : 'python3 has no module venv (on Debian: the package python3-venv)';
}

function outdir(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function manifestsIn(path: string): { kind: string; metadata: object; spec?: object }[] {
  const files = readdirSync(path).sort();
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(join(path, file), 'utf8')));
  return documents.map((document) => document.toJS() as never);
}

import { describe, expect, it } from '@jest/globals';
import { App } from 'cdk8s';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { EXAMPLES } from '../../examples/charts';
import type { Manifest } from '../constructs/support';

describe('the list of examples', () => {
  it('has every file in the folder, by its name', () => {
    const files = readdirSync('examples/charts').filter((file) => file !== 'index.ts');
    expect(Object.keys(EXAMPLES).sort()).toEqual(files.map((file) => file.replace('.ts', '')).sort());
  });
});

describe('examples/run.ts', () => {
  const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const program = 'node_modules/.bin/tsx';
      execFile(program, ['examples/run.ts', ...args], { env: { ...process.env, ...env } }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });

  it('prints an example, in the namespace that is asked for', async () => {
    const { code, out } = await run(['docker-in-docker', '--namespace', 'builds']);
    const manifests = parseAllDocuments(out).map((document) => document.toJS() as Manifest);
    expect(code).toBe(0);
    expect(manifests).toMatchObject([
      { kind: 'WorkerPool', metadata: { name: 'docker-in-docker', namespace: 'builds' } },
    ]);
  });

  it('writes files where cdk8s wants them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worker-pools-examples-'));
    try {
      const { code, out } = await run(['docker-in-docker', 'ephemeral-workspace'], { CDK8S_OUTDIR: folder });
      expect({ code, out }).toEqual({ code: 0, out: '' });
      expect(readdirSync(folder).sort()).toEqual(['docker-in-docker.k8s.yaml', 'ephemeral-workspace.k8s.yaml']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([[[]], [['no-such-example']]])(
    'lists the examples when it is called with %j',
    async (args) => {
      const { code, err } = await run(args);
      expect(code).toBe(2);
      for (const name of [...args, ...Object.keys(EXAMPLES)]) expect(err).toContain(name);
    },
    30_000,
  );
});

describe('an example', () => {
  // Committed before, and by another process.
  it.each(Object.entries(EXAMPLES))('%s gives the objects that are committed', (name, Example) => {
    const committed = parseAllDocuments(readFileSync(`examples/manifests/${name}.yaml`, 'utf8'));
    expect(new Example(new App(), name).toJson()).toEqual(committed.map((document) => document.toJS() as unknown));
    expect(committed.length).toBeGreaterThan(0);
  });
});

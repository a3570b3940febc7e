import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiObject, App, Chart } from 'cdk8s';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { WorkerPool as ImportedWorkerPool } from '../../imports/workers.spacelift.io';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

const outdir = mkdtempSync(join(tmpdir(), 'worker-pools-synth-'));
let files: string[];
let manifests: Manifest[];

beforeAll(() => {
  execFileSync('node_modules/.bin/tsx', ['src/main.ts'], { env: { ...process.env, CDK8S_OUTDIR: outdir } });
  files = readdirSync(outdir).sort();
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(join(outdir, file), 'utf8')));
  manifests = documents.map((document) => document.toJS() as Manifest);
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

describe('cdk8s synth', () => {
  it('writes definitions first, then operator, exporter and examples', () => {
    expect(files.map((file) => file.replace(/^\d+-|\.k8s\.yaml$/g, ''))).toEqual([
      'crds',
      'operator',
      'exporter',
      'example-ephemeral-workspace',
      'example-efs-binaries-cache',
      'example-docker-in-docker',
    ]);
  });

  it('gives every object one name once', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  // The imported construct drops every field that the definition does not have.
  it.each(['ephemeral-workspace', 'efs-binaries-cache', 'docker-in-docker'])(
    'writes only fields that the definition has: %s',
    (name) => {
      const pool = manifests.find(({ kind, metadata }) => kind === 'WorkerPool' && metadata.name === name);
      const imported = new ImportedWorkerPool(new Chart(new App(), 'chart'), 'pool', {
        metadata: { name },
        spec: pool?.spec as object,
      });
      const { spec } = ApiObject.of(imported).toJson() as Manifest;
      expect(fields(spec).sort()).toEqual(fields(pool?.spec).sort());
    },
  );
});

/** Paths of all fields; values differ, because the import has classes for quantities. */
function fields(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => fields(inner, `${path}/${key}`));
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiObject, App, Chart } from 'cdk8s';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { EXAMPLES } from '../../examples/charts';
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
  execFileSync(process.execPath, ['src/cli/run-app.mjs', 'src/main.ts'], { env: { ...process.env, CDK8S_OUTDIR: outdir } });
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
      ...Object.keys(EXAMPLES).map((name) => `example-${name}`),
    ]);
  });

  it('gives every object one name once', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  // The imported construct drops every field that the definition does not have.
  it('writes only fields that the definition has', () => {
    const pools = manifests.filter(({ kind }) => kind === 'WorkerPool');
    expect(pools.length).toBeGreaterThanOrEqual(Object.keys(EXAMPLES).length);
    for (const { metadata, spec } of pools) {
      const imported = new ImportedWorkerPool(new Chart(new App(), 'chart'), 'pool', { metadata, spec });
      const known = ApiObject.of(imported).toJson() as Manifest;
      expect({ metadata, fields: fields(known.spec).sort() }).toEqual({ metadata, fields: fields(spec).sort() });
    }
  });
});

/** Paths of all fields; values differ, because the import has classes for quantities. */
function fields(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => fields(inner, `${path}/${key}`));
}

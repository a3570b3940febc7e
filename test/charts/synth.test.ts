import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { EXAMPLES } from '../../examples/charts';
import type { Manifest } from '../constructs/support';
import { workerPoolCrd, type JsonSchema } from '../../src/api';

const outdir = mkdtempSync(join(tmpdir(), 'worker-pools-synth-'));
let files: string[];
let manifests: Manifest[];

beforeAll(() => {
  execFileSync(process.execPath, ['src/cli/run-app.mjs', 'src/main.ts'], {
    env: { ...process.env, CDK8S_OUTDIR: outdir },
  });
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
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it('writes WorkerPools of fields that the definition has', () => {
    const { openAPIV3Schema } = workerPoolCrd().spec.versions[0]?.schema ?? {};
    const pools = manifests.filter(({ kind }) => kind === 'WorkerPool');
    expect(pools.length).toBeGreaterThan(5);
    expect(pools.flatMap(({ spec }) => unknownFields(spec, openAPIV3Schema?.properties?.spec, 'spec'))).toEqual([]);
  });
});

/** Paths of fields that the schema does not have. The API server says the same: test/integration/charts.test.ts. */
function unknownFields(value: unknown, schema: JsonSchema | undefined, path: string): string[] {
  if (schema === undefined) return [path];
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(item, schema.items, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = schema.properties?.[key] ?? schema.additionalProperties;
    return unknownFields(inner, known, `${path}.${key}`);
  });
}

import { afterAll, beforeAll, expect } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments, type Tags } from 'yaml';
import { operatorChart } from '../../../src/constructs/operator/chart/chart';
import type { ChartFiles, HelmChart } from '../../../src/charting/chart';
import { emitChart } from '../../../src/charting/emit';
import type { Release } from '../../../src/charting/release';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { findHelm } from '../../../src/local-cluster/tools';

export type Json = Readonly<Record<string, unknown>>;

/** The release of a case that is not about releases. */
export const RELEASE: Release = { name: 'ops', namespace: 'tools' };
/** The CRDs are long and never vary: a case that is not about them goes without. */
export const NO_CRDS = { crds: { install: false } };
/** What the exporter needs to be switched on. */
export const EXPORTER = {
  enabled: true,
  apiEndpoint: 'https://acme.example',
  apiKeyId: 'ID',
  apiKeySecretName: 'promex',
};

export interface HelmOutput {
  readonly ok: boolean;
  /** Standard output, then standard error. */
  readonly text: string;
}

/**
 * A chart for the tests of a file, generated from today's sources before them and removed after them.
 *
 * @param of the chart; that of the operator, where a test names none
 */
export function generatedChart(files?: ChartFiles, of = operatorChart as HelmChart): GeneratedChart {
  const chart = new GeneratedChart(of);
  beforeAll(() => chart.write(files ?? emitChart(of)));
  afterAll(() => chart.remove());
  return chart;
}

/** Real Helm on a chart in a folder of its own. */
export class GeneratedChart {
  private scratch = '';

  constructor(readonly of: HelmChart) {}

  get folder(): string {
    return join(this.scratch, this.of.name);
  }

  write(files: ChartFiles): void {
    this.scratch = mkdtempSync(join(tmpdir(), 'worker-pools-chart-'));
    for (const [path, content] of files) {
      const target = join(this.folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** An empty folder, which goes with the chart. */
  scratchFolder(): string {
    return mkdtempSync(join(this.scratch, 'scratch-'));
  }

  async helm(...args: string[]): Promise<HelmOutput> {
    const helm = await findHelm();
    return new Promise((resolve) => {
      execFile(helm, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
        resolve({ ok: error === null, text: stdout + stderr }),
      );
    });
  }

  /** `helm template` with a values file, of this chart or of one that has it inside. */
  template(
    values: unknown,
    { name, namespace, serves = [], isUpgrade = false }: Release = RELEASE,
    folder = this.folder,
  ): Promise<HelmOutput> {
    const cluster = serves.map((kind) => `--api-versions=${kind}`);
    if (isUpgrade) cluster.push('--is-upgrade');
    return this.helm('template', name, folder, '--namespace', namespace, '--values', this.file(values), ...cluster);
  }

  /** `helm install` with a values file, as far as it goes without a cluster. */
  dryInstall(values: unknown, { name, namespace } = RELEASE): Promise<HelmOutput> {
    const args = ['--dry-run=client', '--namespace', namespace, '--values', this.file(values)];
    return this.helm('install', name, this.folder, ...args);
  }

  private file(values: unknown): string {
    const file = join(this.scratchFolder(), 'values.yaml');
    writeFileSync(file, asciiJson(values));
    return file;
  }

  /** The objects that `helm template` gives, or an error with what Helm said. */
  async objects(values: unknown, release?: Release): Promise<Json[]> {
    const { ok, text } = await this.template(values, release);
    if (!ok) throw new Error(text);
    return readManifests(text);
  }

  /** The same, which have to be what the constructs make of these values. */
  async objectsOfBoth(values: Json, release = RELEASE): Promise<Json[]> {
    const objects = sorted(await this.objects(values, release));
    expect(objects).toEqual(sorted(synthesizeChart(this.of, release, values)));
    return objects;
  }

  /** Sees Helm refuse the values in these words. */
  async refuses(values: unknown, sentence: string, folder?: string): Promise<void> {
    const { ok, text } = await this.template(values, RELEASE, folder);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
  }

  /** Sees Helm refuse the values, and the constructs as well, which know the same rule. */
  async bothRefuse(values: Json, sentence: string): Promise<void> {
    await this.refuses(values, sentence);
    expect(() => synthesizeChart(this.of, RELEASE, values)).toThrow(sentence);
  }
}

/** JSON is YAML but for a few characters that YAML does not allow as they are, such as U+2028. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\u00a0\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The objects of a manifest, read as Helm and kubectl read it: as YAML 1.1. */
export function readManifests(text: string): Json[] {
  return parseAllDocuments(text, { version: '1.1', customTags: withDigitsBeforeExponents })
    .map((document) => document.toJS() as Json | null)
    .filter((object) => object !== null);
}

/** The library takes "e0" for a number; Go's readers do not. */
function withDigitsBeforeExponents(tags: Tags): Tags {
  const exponent = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)[eE][-+]?[0-9]+$/;
  return tags.map((tag) => {
    if (typeof tag !== 'object' || tag.collection !== undefined || tag.format !== 'EXP') return tag;
    return { ...tag, test: exponent };
  });
}

/** Objects in an order of their own, so that two lists can be compared. */
export function sorted(objects: readonly Json[]): Json[] {
  const key = (object: Json) => {
    const { name, namespace } = object.metadata as { name: string; namespace?: string };
    return [object.kind, namespace, name, JSON.stringify(object)].join('/');
  };
  return [...objects].sort((left, right) => key(left).localeCompare(key(right)));
}

/** A null in a manifest means to the API server what a missing field means; the constructs leave it out. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item ?? null)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner as unknown)])) as T;
}

/** Values over others, as Helm lays one values file over another. */
export function laidOver(under: Json, over: Json): Json {
  const entries = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isMap(value) && isMap(below) ? laidOver(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(entries) };
}

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

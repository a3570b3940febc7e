import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { operatorChart } from '../../../src/helm/charts/operator-chart';
import { emitChart } from '../../../src/helm/emit';
import type { Release } from '../../../src/helm/release';
import { findHelm } from '../../../src/local-cluster/tools';

type Json = Readonly<Record<string, unknown>>;

export interface HelmOutput {
  readonly ok: boolean;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** Real Helm on a chart that was generated from today's sources into a folder of its own. */
export class GeneratedChart {
  private readonly scratch = mkdtempSync(join(tmpdir(), 'worker-pools-chart-'));
  public readonly folder = join(this.scratch, operatorChart.name);

  constructor() {
    for (const [path, content] of emitChart(operatorChart)) {
      const target = join(this.folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  async helm(...args: string[]): Promise<HelmOutput> {
    const helm = await findHelm();
    return new Promise((resolve) => {
      execFile(helm, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
        resolve({ ok: error === null, text: stdout + stderr }),
      );
    });
  }

  /** `helm template` with a values file. */
  template(values: unknown, { name, namespace }: Release): Promise<HelmOutput> {
    const file = join(mkdtempSync(join(this.scratch, 'values-')), 'values.yaml');
    writeFileSync(file, JSON.stringify(values));
    return this.helm('template', name, this.folder, '--namespace', namespace, '--values', file);
  }

  /** The objects that `helm template` gives, or an error with what Helm said. */
  async objects(values: unknown, release: Release): Promise<Json[]> {
    const { ok, text } = await this.template(values, release);
    if (!ok) throw new Error(text);
    // YAML 1.1 is what Helm and kubectl read.
    return parseAllDocuments(text, { version: '1.1' })
      .map((document) => document.toJS() as Json | null)
      .filter((object) => object !== null);
  }
}

/** Objects in an order of their own, so that two lists can be compared. */
export function sorted(objects: readonly Json[]): Json[] {
  const key = (object: Json) => {
    const { name, namespace } = object.metadata as { name: string; namespace?: string };
    return [object.kind, namespace, name].join('/');
  };
  return [...objects].sort((left, right) => key(left).localeCompare(key(right)));
}

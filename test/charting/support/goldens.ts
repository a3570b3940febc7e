import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { synthesizeChart } from '../../../src/charting/synthesize';
import type { Manifest } from '../../constructs/support';
import { laidOver, readManifests, RELEASE, sorted, withoutNulls, type GeneratedChart, type Json } from './helm';

/** What Helm makes of a chart's `ci/*-values.yaml`, which `npm run generate` keeps up to date. */
export class Goldens {
  constructor(
    private readonly chart: GeneratedChart,
    private readonly ci: string,
    private readonly goldens: string,
  ) {}

  objects(name: string): Json[] {
    return readManifests(readFileSync(`${this.goldens}/${name}.yaml`, 'utf8'));
  }

  /** The object of that kind in the golden of that name, where it comes once or has that name. */
  object(name: string, kind: string, called?: string): Manifest | undefined {
    return (this.objects(name) as unknown as Manifest[]).find(
      (object) => object.kind === kind && (called === undefined || object.metadata.name === called),
    );
  }

  kinds(name: string): Set<string> {
    return new Set((this.objects(name) as unknown as Manifest[]).map(({ kind }) => kind));
  }

  /** Tests of each of them. @param more values beside those of the files */
  describeEach(more: Json = {}): void {
    const names = readdirSync(this.ci).map((file) => file.replace('-values.yaml', ''));
    describe.each(names)('ci/%s-values.yaml', (name) => {
      const file = `${this.ci}/${name}-values.yaml`;

      it('renders what the constructs give', () => {
        const given = laidOver(parse(readFileSync(file, 'utf8')) as Json, more);
        const objects = synthesizeChart(this.chart.of, RELEASE, given);
        expect(sorted(this.objects(name))).toEqual(sorted(withoutNulls(objects)));
      });

      it('passes helm lint --strict', async () => {
        const { ok, text } = await this.chart.helm('lint', '--strict', this.chart.folder, '--values', file);
        expect(text).toContain('0 chart(s) failed');
        expect(ok).toBe(true);
      });
    });
  }
}

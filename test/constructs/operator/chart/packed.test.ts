/** The chart as its users get it: one file. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { pageOf } from '../../../../src/constructs/shared/repository';
import { generatedChart, NO_CRDS } from '../../../charting/support/helm';

const chart = generatedChart();
const { name, version } = operatorChart;
let packed: string;

beforeAll(async () => {
  const scratch = chart.scratchFolder();
  const folder = join(scratch, name);
  cpSync(`charts/${name}`, folder, { recursive: true });
  expect(await chart.helm('package', folder, '--destination', scratch)).toMatchObject({ ok: true });
  packed = join(scratch, `${name}-${version}.tgz`);
});

describe('the packed chart', () => {
  it('has what it needs inside, and no values files of tests', () => {
    const files = execFileSync('tar', ['--list', '--file', packed], { encoding: 'utf8' }).split('\n');
    expect(files).toEqual(
      expect.arrayContaining(
        [
          'charts/crds/Chart.yaml',
          'templates/tests/release-test.yaml',
          // What those take who have nothing but the chart.
          'dashboards/worker-pools.json',
          'alerts/worker-pools.yaml',
          ...['', 'charts/crds/', 'charts/spacelift-promex/'].map((place) => `${place}LICENSE`),
        ].map((file) => `${name}/${file}`),
      ),
    );
    expect(files.filter((file) => file.includes('/ci/'))).toEqual([]);
  });

  it('shows a README whose links lead somewhere from anywhere', async () => {
    const { text } = await chart.helm('show', 'readme', packed);
    const targets = [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
    expect(targets).toContain(pageOf('docs/guides/images.md'));
    expect(targets.filter((target) => !target?.startsWith('https://'))).toEqual([]);
  });

  it('passes helm lint --strict', async () => {
    const { ok, text } = await chart.helm('lint', '--strict', packed);
    expect({ ok, text }).toEqual({ ok: true, text: expect.stringContaining('0 chart(s) failed') });
    expect(text).not.toMatch(/\[(INFO|WARNING|ERROR)\]/);
  });

  it('renders what its folder renders', async () => {
    const { ok, text } = await chart.template(NO_CRDS, undefined, packed);
    expect(ok ? text : `refused: ${text}`).toBe((await chart.template(NO_CRDS)).text);
  });
});

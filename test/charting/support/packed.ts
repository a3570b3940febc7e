import { beforeAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pageOf } from '../../../src/constructs/shared/repository';
import type { GeneratedChart, Json } from './helm';

/**
 * Tests of a chart as its users get it: one file.
 *
 * @param folder the chart as it is committed
 * @param inside files that have to be in it
 * @param values with which it is rendered
 */
export function describePacked(
  chart: GeneratedChart,
  folder: string,
  inside: readonly string[],
  values: Json = {},
): void {
  const { name, version } = chart.of;
  let packed: string;

  beforeAll(async () => {
    const scratch = chart.scratchFolder();
    const copy = join(scratch, name);
    cpSync(folder, copy, { recursive: true });
    expect(await chart.helm('package', copy, '--destination', scratch)).toMatchObject({ ok: true });
    packed = join(scratch, `${name}-${version}.tgz`);
  });

  it('has what it needs inside, and no values files of tests', () => {
    const files = execFileSync('tar', ['--list', '--file', packed], { encoding: 'utf8' }).split('\n');
    const wanted = ['templates/tests/release-test.yaml', 'LICENSE', ...inside];
    expect(files).toEqual(expect.arrayContaining(wanted.map((file) => `${name}/${file}`)));
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
    const { ok, text } = await chart.template(values, undefined, packed);
    expect(ok ? text : `refused: ${text}`).toBe((await chart.template(values)).text);
  });
}

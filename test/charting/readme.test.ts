import { describe, expect, it } from '@jest/globals';
import { controlPlaneChart } from '../../src/constructs/control-plane/chart/chart';
import { crdsChart } from '../../src/constructs/crds/chart';
import { exporterChart } from '../../src/constructs/exporter/chart';
import { operatorChart } from '../../src/constructs/operator/chart/chart';
import type { HelmChart } from '../../src/charting/chart';
import { emitChart } from '../../src/charting/emit';
import type { ValueSchema } from '../../src/charting/values';

interface Row {
  readonly path: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
}

function tableOf(chart: HelmChart): Row[] {
  const lines = (emitChart(chart).get('README.md') ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [path = '', type = '', given = '', meaning = ''] = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    return { path: path.slice(1, -1), type, default: given, meaning };
  });
}

/** What the chart's own values.schema.json can be given, down to what it does not look into. */
function leaves(schema: ValueSchema, path: string): string[] {
  const inner = schema.items?.properties === undefined ? schema : schema.items;
  const own = inner === schema ? [] : [path];
  if (inner.properties === undefined) return [path];
  const at = inner === schema ? path : `${path}[]`;
  const below = Object.entries(inner.properties).flatMap(([name, member]) =>
    leaves(member, at ? `${at}.${name}` : name),
  );
  return [...own, ...below];
}

describe.each<[string, HelmChart]>([
  ['operator', operatorChart],
  ['exporter', exporterChart],
  ['definitions', crdsChart],
  ['control plane', controlPlaneChart],
])('the table of values of the chart of the %s', (_, chart) => {
  const rows = tableOf(chart);

  it('has exactly the values of the schema', () => {
    const schema = JSON.parse(emitChart(chart).get('values.schema.json') ?? '') as ValueSchema;
    const known = leaves(schema, '').filter((path) => !path.startsWith('global') && !path.includes('.global'));
    const listed = rows
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('global') && !path.includes('.global'));
    expect(listed.sort()).toEqual(known.sort());
  });

  it('says of each value what it is, in a sentence', () => {
    expect(rows.filter(({ type, meaning }) => type === '' || !/\.$/.test(meaning))).toEqual([]);
  });
});

describe('a row', () => {
  it.each<[string, Partial<Row>]>([
    ['controllerManager.replicas', { type: 'integer', default: '`1`' }],
    ['controllerManager.priorityClassName', { type: 'string', default: '' }],
    ['metricsService.serviceMonitor.scheme', { type: '`"http"`, `"https"`', default: '`"https"`' }],
    ['workerPools', { type: 'list of object', default: '`[]`' }],
    ['workerPools[].credentials.existingSecret', { type: 'string', default: '' }],
    ['workerPools[].spec.pod.nodeSelector', { type: 'map of string', default: '' }],
    ['controllerManager.serviceAccount.name', { meaning: expect.stringContaining('&lt;fullname>') as never }],
  ])('has type, default and meaning: %s', (path, expected) => {
    expect(tableOf(operatorChart as HelmChart).find((row) => row.path === path)).toMatchObject(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import { Duration } from 'cdk8s';
import { WorkerPoolDashboard, type WorkerPoolDashboardProps } from '../../../src';
import { only, synthesized } from '../support';
import { faults, seriesIn } from './promql';

interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly datasource: object;
  readonly gridPos: GridPosition;
  readonly targets: readonly { refId: string; expr: string; legendFormat: string; instant: boolean; range: boolean }[];
  readonly fieldConfig: {
    defaults: { unit: string; thresholds: { steps: { color: string; value: number | null }[] } };
  };
  readonly transformations?: readonly { id: string; options: { renameByName?: Record<string, string> } }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly regex: string;
  readonly query: unknown;
}

interface Json {
  readonly uid: string;
  readonly title: string;
  readonly tags: string[];
  readonly refresh: string;
  readonly schemaVersion: number;
  readonly templating: { list: Variable[] };
  readonly panels: Panel[];
}

const configMap = (props?: WorkerPoolDashboardProps) => {
  const objects = synthesized((chart) => new WorkerPoolDashboard(chart, 'dashboard', props));
  return only(objects, 'ConfigMap') as ReturnType<typeof only> & { data: Record<string, string> };
};
const json = (props?: WorkerPoolDashboardProps): Json =>
  JSON.parse(Object.values(configMap(props).data)[0] ?? '') as Json;

const { panels, templating } = json();
const shown = panels.filter(({ type }) => type !== 'row');
const queries = shown.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })));

describe('WorkerPoolDashboard', () => {
  it('is a ConfigMap that a Grafana sidecar picks up', () => {
    const { metadata, data } = configMap();
    expect(metadata.labels).toEqual({ grafana_dashboard: '1' });
    expect(metadata.annotations).toBeUndefined();
    expect(Object.keys(data)).toEqual(['worker-pools.json']);
  });

  it('takes label, folder, title, address and refresh from its props, and keeps other labels', () => {
    const props: WorkerPoolDashboardProps = {
      metadata: { name: 'pools', labels: { team: 'a' } },
      sidecarLabel: 'dashboards',
      sidecarLabelValue: 'yes',
      folder: 'Platform',
      folderAnnotation: 'folder',
      title: 'Pools of a',
      uid: 'pools-a',
      tags: ['a'],
      refresh: Duration.minutes(5),
    };
    const { metadata, data } = configMap(props);
    expect(metadata.labels).toEqual({ team: 'a', dashboards: 'yes' });
    expect(metadata.annotations).toEqual({ folder: 'Platform' });
    expect(Object.keys(data)).toEqual(['pools-a.json']);
    expect(json(props)).toMatchObject({ uid: 'pools-a', title: 'Pools of a', tags: ['a'], refresh: '300s' });
  });

  it('gives the same JSON to those who import it by hand', () => {
    synthesized((chart) => {
      const dashboard = new WorkerPoolDashboard(chart, 'dashboard');
      expect(dashboard.dashboardJson).toBe(dashboard.data['worker-pools.json']);
      expect(JSON.parse(dashboard.dashboardJson)).toMatchObject({ schemaVersion: 39, uid: 'worker-pools' });
    });
  });

  it.each(['', 'a b', 'a'.repeat(41)])('refuses the uid "%s"', (uid) => {
    expect(() => configMap({ uid })).toThrow(`chart/dashboard: uid is ${JSON.stringify(uid)}; it must be 1 to 40`);
  });
});

describe('the panels', () => {
  it.each(queries.map(({ title, refId, expr }) => [`${title} ${refId}`, expr]))(
    '%s ask only for metrics and labels that src/api names',
    (_, expr) => {
      expect(faults(expr.replaceAll('$window', '5m'))).toEqual([]);
    },
  );

  it('name only variables that the dashboard has', () => {
    const known = new Set(templating.list.map(({ name }) => name));
    const used = JSON.stringify(panels).matchAll(/\$\{?(\w+)/g);
    expect([...used].map(([, name = '']) => name).filter((name) => !known.has(name))).toEqual([]);
    expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['pool', 'query'],
      ['window', 'interval'],
    ]);
  });

  it('follow the chosen pools wherever a metric tells pools apart', () => {
    const series = queries.flatMap(({ expr }) => seriesIn(expr));
    for (const label of ['worker_pool_id', 'pool_ulid']) {
      const ofPools = series.filter(({ labels }) => labels.includes(label));
      expect(new Set(ofPools.map(({ matchers }) => matchers.join()))).toEqual(new Set([`${label}=~"$pool"`]));
    }
  });

  it('have numbers of their own, a title, a sentence, a unit, the data source and ascending thresholds', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, description, datasource, fieldConfig, targets } of shown) {
      expect({ title, sentence: /^[A-Z].+\.$/.test(description) }).toEqual({ title, sentence: true });
      expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
      expect(['short', 's', 'percentunit']).toContain(fieldConfig.defaults.unit);
      const [first, ...others] = fieldConfig.defaults.thresholds.steps.map(({ value }) => value);
      expect(first).toBeNull();
      expect(others).toEqual([...others].sort((one, other) => Number(one) - Number(other)));
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      expect(targets.every(({ instant, range }) => instant !== range)).toBe(true);
    }
  });

  it('lie beside and under each other on 24 columns, and none on another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x >= 0 && w > 0 && x + w <= 24)).toBe(true);
  });

  it('name the columns of the table by what they count', () => {
    const table = panels.find(({ type }) => type === 'table');
    const organize = table?.transformations?.find(({ id }) => id === 'organize');
    expect(Object.values(organize?.options.renameByName ?? {})).toEqual([
      'Pool',
      'ULID',
      'Runs that wait',
      'Workers',
      'Busy',
      'Drained',
      'Free',
    ]);
  });

  it('let pools be chosen by name and pass their ULIDs on', () => {
    const variable = templating.list.find(({ name }) => name === 'pool');
    const regex = new RegExp((variable?.regex ?? '').replace(/^\/|\/$/g, ''));
    const answer = '{worker_pool_id="01HPS9HDSWCQ73RPDTVAK0KK0A", worker_pool_name="blue \\"a\\""} 3 1700000000000';
    expect(regex.exec(answer)?.groups).toMatchObject({ value: '01HPS9HDSWCQ73RPDTVAK0KK0A', text: 'blue \\' });
    const [, query = ''] = /^query_result\((.+)\)$/.exec((variable?.query as { query: string }).query) ?? [];
    expect(faults(query)).toEqual([]);
  });
});

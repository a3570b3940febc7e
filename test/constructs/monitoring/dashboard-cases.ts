/** What is so of every dashboard. */
import { describe, expect, it } from '@jest/globals';
import { Duration, type Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { DashboardProps } from '../../../src';
import { only, synthesized } from '../support';
import { faults } from './promql';

interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Panel {
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

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly regex: string;
  readonly query: unknown;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly tags: string[];
  readonly refresh: string;
  readonly schemaVersion: number;
  readonly templating: { list: Variable[] };
  readonly panels: Panel[];
}

type Props = DashboardProps & { readonly title?: string; readonly uid?: string };

/** Makes a dashboard. */
export type MakeDashboard = (chart: Chart, props?: Props) => Construct & { readonly dashboardJson: string };

export function configMapOf(make: MakeDashboard, props?: Props) {
  const objects = synthesized((chart) => make(chart, props));
  return only(objects, 'ConfigMap') as ReturnType<typeof only> & { data: Record<string, string> };
}

export const jsonOf = (make: MakeDashboard, props?: Props): DashboardJson =>
  JSON.parse(Object.values(configMapOf(make, props).data)[0] ?? '') as DashboardJson;

export const queriesOf = ({ panels }: DashboardJson) =>
  panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** @param uid its identifier by default */
export function itIsADashboard(make: MakeDashboard, uid: string): void {
  it('is a ConfigMap that a Grafana sidecar picks up', () => {
    const { metadata, data } = configMapOf(make);
    expect(metadata.labels).toEqual({ grafana_dashboard: '1' });
    expect(metadata.annotations).toBeUndefined();
    expect(Object.keys(data)).toEqual([`${uid}.json`]);
  });

  it('takes label, folder, title, address and refresh from its props, and keeps other labels', () => {
    const props: Props = {
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
    const { metadata, data } = configMapOf(make, props);
    expect(metadata.labels).toEqual({ team: 'a', dashboards: 'yes' });
    expect(metadata.annotations).toEqual({ folder: 'Platform' });
    expect(Object.keys(data)).toEqual(['pools-a.json']);
    expect(jsonOf(make, props)).toMatchObject({ uid: 'pools-a', title: 'Pools of a', tags: ['a'], refresh: '300s' });
  });

  it('gives the same JSON to those who import it by hand', () => {
    let given = '';
    const { data } = configMapOf((chart, props) => {
      const dashboard = make(chart, props);
      given = dashboard.dashboardJson;
      return dashboard;
    });
    expect(data[`${uid}.json`]).toBe(given);
    expect(JSON.parse(given)).toMatchObject({ schemaVersion: 39, uid });
  });

  it.each(['', 'a b', 'a'.repeat(41)])('refuses the uid "%s"', (wrong) => {
    expect(() => configMapOf(make, { uid: wrong })).toThrow(
      `chart/dashboard: uid is ${JSON.stringify(wrong)}; it must be 1 to 40`,
    );
  });
}

/** @param variables name and type of what is chosen at its top */
export function describeThePanels(dashboard: DashboardJson, variables: readonly [name: string, type: string][]): void {
  const { panels, templating } = dashboard;
  const shown = panels.filter(({ type }) => type !== 'row');

  describe('the panels', () => {
    it.each(queriesOf(dashboard).map(({ title, refId, expr }) => [`${title} ${refId}`, expr]))(
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
        ...variables,
        ['window', 'interval'],
      ]);
    });

    it('have numbers of their own, a title, a sentence, a unit, the data source and ascending thresholds', () => {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      for (const { title, description, datasource, fieldConfig, targets } of shown) {
        expect({ title, sentence: /^[A-Z].+\.$/.test(description) }).toEqual({ title, sentence: true });
        expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
        expect(['short', 's', 'percentunit', 'bytes', 'Bps']).toContain(fieldConfig.defaults.unit);
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
  });
}

/** The parts of Grafana's dashboard format that our dashboards use (schema 39, Grafana 10.4 and later). */

export const SCHEMA_VERSION = 39;
export const OLDEST_GRAFANA = '10.4.0';

/** Grafana's grid. */
const COLUMNS = 24;

/** The one that is chosen at the top of the dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** A PromQL query and what its lines are called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** From `from` up the colour holds; below the first one green does. */
export interface Threshold {
  readonly from: number;
  readonly color: 'green' | 'orange' | 'red';
}

/** What every panel has. */
interface PanelBase {
  readonly title: string;
  /** What a person reads behind the "i": what is counted, and when to worry. */
  readonly description: string;
  readonly width: number;
  readonly unit: 'short' | 'percentunit' | 's' | 'bytes' | 'Bps';
  readonly queries: readonly Query[];
  /** @default - the line or number is green */
  readonly thresholds?: readonly Threshold[];
}

export interface StatPanel extends PanelBase {
  readonly type: 'stat';
  /** The colour below the first threshold. @default 'green' */
  readonly base?: 'green' | 'orange' | 'red';
  /** Words in place of numbers. */
  readonly words?: Readonly<Record<string, string>>;
}

export interface SeriesPanel extends PanelBase {
  readonly type: 'timeseries';
  /** @default 'lines' */
  readonly style?: 'lines' | 'stack' | 'bars';
}

/** One row for each set of labels, one column for each query, called by its legend. */
export interface TablePanel extends PanelBase {
  readonly type: 'table';
  /** Each label of the queries, in order, with the title of its column. */
  readonly labels: Readonly<Record<string, string>>;
}

export type Panel = StatPanel | SeriesPanel | TablePanel;

export interface Row {
  readonly title: string;
  readonly height: number;
  readonly panels: readonly Panel[];
}

/** Places rows under each other and panels from left to right, with numbers in reading order. */
export function layOut(rows: readonly Row[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, height, panels } of rows) {
    placed.push(rowPanel(placed.length + 1, title, y));
    y += 1;
    let x = 0;
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) {
        x = 0;
        y += height;
      }
      placed.push(panelJson(placed.length + 1, panel, { x, y, w: panel.width, h: height }));
      x += panel.width;
    }
    y += height;
  }
  return placed;
}

interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function rowPanel(id: number, title: string, y: number): object {
  return { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] };
}

function panelJson(id: number, panel: Panel, gridPos: GridPosition): object {
  return {
    id,
    type: panel.type,
    title: panel.title,
    description: panel.description,
    datasource: DATASOURCE,
    gridPos,
    targets: panel.queries.map((query, index) => target(panel, query, index)),
    ...details(panel),
  };
}

/** Stats and tables show now; lines show the whole range. */
function target(panel: Panel, { expr, legend }: Query, index: number): object {
  const now = panel.type !== 'timeseries';
  return {
    refId: refId(index),
    datasource: DATASOURCE,
    expr,
    legendFormat: legend,
    instant: now,
    range: !now,
    format: panel.type === 'table' ? 'table' : 'time_series',
  };
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

function details(panel: Panel): object {
  switch (panel.type) {
    case 'stat':
      return {
        fieldConfig: fieldConfig(panel, { mappings: mappings(panel.words), thresholds: steps(panel, panel.base) }),
        options: {
          reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
          colorMode: 'background',
          graphMode: 'none',
          justifyMode: 'center',
          textMode: 'value',
        },
      };
    case 'timeseries':
      return {
        fieldConfig: fieldConfig(panel, { thresholds: steps(panel), custom: drawing(panel) }),
        options: {
          legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
      };
    case 'table':
      return {
        fieldConfig: fieldConfig(panel, { thresholds: steps(panel) }),
        options: { showHeader: true, cellHeight: 'sm' },
        transformations: tableOf(panel),
      };
  }
}

function fieldConfig(panel: Panel, more: object): object {
  return { defaults: { unit: panel.unit, min: panel.unit === 'percentunit' ? 0 : undefined, ...more }, overrides: [] };
}

function steps(panel: Panel, base = 'green'): object {
  const above = (panel.thresholds ?? []).map(({ from, color }) => ({ color, value: from }));
  return { mode: 'absolute', steps: [{ color: base, value: null }, ...above] };
}

function mappings(words: Readonly<Record<string, string>> | undefined): object[] {
  if (words === undefined) return [];
  const options = Object.fromEntries(Object.entries(words).map(([value, text], index) => [value, { text, index }]));
  return [{ type: 'value', options }];
}

function drawing({ style = 'lines', thresholds }: SeriesPanel): object {
  return {
    drawStyle: style === 'bars' ? 'bars' : 'line',
    lineInterpolation: 'stepAfter',
    fillOpacity: style === 'lines' ? 10 : 60,
    lineWidth: 1,
    showPoints: 'never',
    spanNulls: false,
    stacking: { mode: style === 'stack' ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: thresholds === undefined ? 'off' : 'dashed' },
  };
}

/** A table gives each query a column "Value #A"; they are put side by side and get their names. */
function tableOf({ queries, labels }: TablePanel): object[] {
  const values = Object.fromEntries(queries.map(({ legend }, index) => [`Value #${refId(index)}`, legend]));
  const columns = [...Object.keys(labels), ...Object.keys(values)];
  return [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(columns.map((column, index) => [column, index])),
        renameByName: { ...labels, ...values },
      },
    },
  ];
}

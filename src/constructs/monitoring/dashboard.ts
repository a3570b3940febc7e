import type { Duration } from 'cdk8s';
import type { ConfigMap, ResourceProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { invalidProp } from '../shared/checks';
import { DATASOURCE, layOut, SCHEMA_VERSION, type Row } from './grafana';

/** Properties that every dashboard has. */
export interface DashboardProps extends ResourceProps {
  /**
   * Folder in Grafana. It needs a sidecar that is told to read `folderAnnotation`.
   *
   * @default - Grafana's general folder
   */
  readonly folder?: string;

  /**
   * Annotation that names the folder.
   *
   * @default "grafana_folder"
   */
  readonly folderAnnotation?: string;

  /**
   * Label by which Grafana's sidecar finds the ConfigMap.
   *
   * @default "grafana_dashboard"
   */
  readonly sidecarLabel?: string;

  /**
   * Value of the label.
   *
   * @default "1"
   */
  readonly sidecarLabelValue?: string;

  /**
   * Tags in Grafana.
   *
   * @default ["worker-pools"]
   */
  readonly tags?: string[];

  /**
   * How often an open dashboard asks again.
   *
   * @default - every 30 seconds
   */
  readonly refresh?: Duration;
}

/** What makes one dashboard another. */
export interface DashboardDesign {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** What is chosen at its top, between the data source and the window. */
  readonly variables: readonly object[];
  readonly rows: readonly Row[];
}

/**
 * The dashboard as JSON.
 * @throws where the identifier is not what Grafana takes
 */
export function dashboardJson(scope: Construct, id: string, props: DashboardProps, design: DashboardDesign): string {
  const { uid, title, description, variables, rows } = design;
  if (!/^[\w-]{1,40}$/.test(uid)) {
    throw invalidProp(scope, id, 'uid', uid, 'it must be 1 to 40 letters, digits, "-" or "_"');
  }
  const json = {
    uid,
    title,
    description,
    tags: props.tags ?? ['worker-pools'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh: `${props.refresh?.toSeconds() ?? 30}s`,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: [datasourceVariable(), ...variables, windowVariable()] },
    panels: layOut(rows),
  };
  return JSON.stringify(json, null, 2);
}

/** Puts it where Grafana's sidecar looks. */
export function addDashboard(configMap: ConfigMap, uid: string, json: string, props: DashboardProps): void {
  configMap.addData(`${uid}.json`, json);
  configMap.metadata.addLabel(props.sidecarLabel ?? 'grafana_dashboard', props.sidecarLabelValue ?? '1');
  if (props.folder !== undefined) {
    configMap.metadata.addAnnotation(props.folderAnnotation ?? 'grafana_folder', props.folder);
  }
}

/** Is filled with what Prometheus answers to a query. */
export function queryVariable(name: string, label: string, query: string, more: object): object {
  return {
    name,
    type: 'query',
    label,
    datasource: DATASOURCE,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    ...more,
  };
}

function datasourceVariable(): object {
  return { name: 'datasource', type: 'datasource', label: 'Data source', query: 'prometheus', refresh: 1 };
}

function windowVariable(): object {
  const windows = ['5m', '15m', '1h', '6h', '1d'];
  return {
    name: 'window',
    type: 'interval',
    label: 'Window',
    query: windows.join(','),
    current: { selected: true, text: '15m', value: '15m' },
    options: windows.map((value) => ({ selected: value === '15m', text: value, value })),
  };
}

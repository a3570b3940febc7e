import { ApiObject } from 'cdk8s';
import { Resource } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { checkWholeNumber, invalidProp } from '../shared/checks';
import { refuseDuplicates } from '../shared/duplicates';
import { pageOf } from '../shared/repository';
import { alerts, LONGEST_STARTUP, slowRunStartup, type AlertDescription, type WorkerPoolAlertsProps } from './alerts';

const RUNBOOK = pageOf('docs/operations/alerts.md');

/**
 * Alerts on pools, controller and exporter, for the Prometheus operator (`monitoring.coreos.com/v1`).
 *
 * Most installations of that operator read only rules with a certain label, such as `release: kube-prometheus-stack`:
 * give it in `metadata.labels`. Controller and exporter have to be scraped into the same Prometheus.
 *
 * @throws where the startup allowed is 0, or 5 minutes and more, or `workerCreationErrors` is no whole number
 *
 * @example
 * import { Chart, Duration } from 'cdk8s';
 * import { WorkerPoolAlert, WorkerPoolAlerts } from 'cdk8s-worker-pools';
 *
 * declare const chart: Chart;
 * new WorkerPoolAlerts(chart, 'alerts', {
 *   metadata: { labels: { release: 'kube-prometheus-stack' } },
 *   runsWaitFor: Duration.minutes(30),
 *   without: [WorkerPoolAlert.ALL_DRAINED],
 * });
 */
export class WorkerPoolAlerts extends Resource {
  /** @see base.Resource.apiObject */
  protected readonly apiObject: ApiObject;

  public readonly resourceType = 'prometheusrules';

  constructor(scope: Construct, id: string, props: WorkerPoolAlertsProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseDuplicates(this);
    const wanted = alerts(props).filter(({ alert }) => !props.without?.includes(alert));
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: props.metadata,
      spec: { groups: [{ name: 'worker-pools', rules: wanted.map((alert) => rule(alert, props)) }] },
    });
  }
}

function checkProps(scope: Construct, id: string, props: WorkerPoolAlertsProps): void {
  checkWholeNumber(scope, id, 'workerCreationErrors', props.workerCreationErrors, 0);
  const startup = slowRunStartup(props);
  // At the last bucket's bound the quantile ends: nothing would ever be above it.
  if (startup > 0 && startup < LONGEST_STARTUP) return;
  const allowed = `it must be more than 0 s and less than ${LONGEST_STARTUP} s, the histogram's last bound`;
  throw invalidProp(scope, id, 'slowRunStartup', `${startup} s`, allowed);
}

function rule(description: AlertDescription, props: WorkerPoolAlertsProps): object {
  const severity =
    description.level === 'critical' ? (props.criticalSeverity ?? 'critical') : (props.warningSeverity ?? 'warning');
  return {
    alert: description.alert,
    expr: description.expr,
    for: `${description.for}s`,
    labels: { severity, ...props.alertLabels },
    annotations: {
      summary: description.summary,
      description: description.description,
      runbook_url: `${props.runbookUrl ?? RUNBOOK}#${description.alert.toLowerCase()}`,
    },
  };
}

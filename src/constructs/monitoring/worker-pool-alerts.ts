import { ApiObject, type Duration } from 'cdk8s';
import { Resource, type ResourceProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { checkWholeNumber, invalidProp } from '../shared/checks';
import { refuseDuplicates } from '../shared/duplicates';
import { pageOf } from '../shared/repository';
import { alerts, LONGEST_STARTUP, type AlertDescription, type AlertSettings, type WorkerPoolAlert } from './alerts';

const RUNBOOK = pageOf('docs/operations/alerts.md');

/** Properties of a `WorkerPoolAlerts`. */
export interface WorkerPoolAlertsProps extends ResourceProps {
  /**
   * How long runs may wait for a Worker while none of the pool is free.
   *
   * @default - 15 minutes
   */
  readonly runsWaitFor?: Duration;

  /**
   * How long runs may wait while their pool has no Worker at all. Longer than an autoscaler needs to make one.
   *
   * @default - 5 minutes
   */
  readonly noWorkersFor?: Duration;

  /**
   * How long runs may wait while their pool has free Workers.
   *
   * @default - 10 minutes
   */
  readonly runsStuckFor?: Duration;

  /**
   * How long all Workers of a pool may be drained.
   *
   * @default - 30 minutes
   */
  readonly drainedFor?: Duration;

  /**
   * Number of Workers that may fail to be created within 15 minutes.
   *
   * @default 0
   */
  readonly workerCreationErrors?: number;

  /**
   * Time from the assignment of a run until its worker container started, that 95 of 100 runs must keep to: less than
   * 5 minutes, above which the controller's histogram tells no difference.
   *
   * @default - 2 minutes
   */
  readonly slowRunStartup?: Duration;

  /**
   * How long runs may be that slow to start.
   *
   * @default - 15 minutes
   */
  readonly slowRunStartupFor?: Duration;

  /**
   * How long Prometheus may have no answer from any controller.
   *
   * @default - 10 minutes
   */
  readonly controllerSilentFor?: Duration;

  /**
   * How long no controller may lead. Longer than another one needs to take over.
   *
   * @default - 5 minutes
   */
  readonly noLeaderFor?: Duration;

  /**
   * How long Prometheus may have no answer from any exporter.
   *
   * @default - 10 minutes
   */
  readonly exporterSilentFor?: Duration;

  /**
   * Alerts that are left out.
   *
   * @default - none
   */
  readonly without?: WorkerPoolAlert[];

  /**
   * Labels of every alert, by which Alertmanager sends it on, such as a team.
   *
   * @default - `severity` only
   */
  readonly alertLabels?: Record<string, string>;

  /**
   * Value of the label `severity` where runs stand still.
   *
   * @default "critical"
   */
  readonly criticalSeverity?: string;

  /**
   * Value of the label `severity` of all other alerts.
   *
   * @default "warning"
   */
  readonly warningSeverity?: string;

  /**
   * Address of the page that has a section for each alert. A link to the section is the annotation `runbook_url`.
   *
   * @default - docs/operations/alerts.md of this project
   */
  readonly runbookUrl?: string;
}

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
    refuseDuplicates(this);
    const settings = compile(scope, id, props);
    const wanted = alerts(settings).filter(({ alert }) => !props.without?.includes(alert));
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: props.metadata,
      spec: { groups: [{ name: 'worker-pools', rules: wanted.map((alert) => rule(alert, props)) }] },
    });
  }
}

function compile(scope: Construct, id: string, props: WorkerPoolAlertsProps): AlertSettings {
  checkWholeNumber(scope, id, 'workerCreationErrors', props.workerCreationErrors, 0);
  const minutes = (duration: Duration | undefined, otherwise: number) => duration?.toSeconds() ?? otherwise * 60;
  const slowRunStartup = minutes(props.slowRunStartup, 2);
  // At the last bucket's bound the quantile ends: nothing would ever be above it.
  if (slowRunStartup <= 0 || slowRunStartup >= LONGEST_STARTUP) {
    const allowed = `it must be more than 0 s and less than ${LONGEST_STARTUP} s, the histogram's last bound`;
    throw invalidProp(scope, id, 'slowRunStartup', `${slowRunStartup} s`, allowed);
  }
  return {
    runsWaitFor: minutes(props.runsWaitFor, 15),
    noWorkersFor: minutes(props.noWorkersFor, 5),
    runsStuckFor: minutes(props.runsStuckFor, 10),
    drainedFor: minutes(props.drainedFor, 30),
    workerCreationErrors: props.workerCreationErrors ?? 0,
    slowRunStartup,
    slowRunStartupFor: minutes(props.slowRunStartupFor, 15),
    controllerSilentFor: minutes(props.controllerSilentFor, 10),
    noLeaderFor: minutes(props.noLeaderFor, 5),
    exporterSilentFor: minutes(props.exporterSilentFor, 10),
  };
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

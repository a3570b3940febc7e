import type { Duration } from 'cdk8s';
import type { ResourceProps } from 'cdk8s-plus-28';
import { CONTROLLER_METRICS, EXPORTER_METRICS, RUNTIME_METRICS } from '../../api';
import { controllerQueries, poolQueries } from './queries';

/** One of the alerts of `WorkerPoolAlerts`. */
export enum WorkerPoolAlert {
  /** Runs of a pool wait, and none of its Workers is free. */
  RUNS_WAIT = 'WorkerPoolRunsWait',
  /** Runs of a pool wait, and it has no Worker at all. */
  NO_WORKERS = 'WorkerPoolHasNoWorkers',
  /** Runs of a pool wait although it has free Workers. */
  RUNS_STUCK = 'WorkerPoolRunsStuck',
  /** Every Worker of a pool is drained. */
  ALL_DRAINED = 'WorkerPoolDrained',
  /** The controller cannot create or register Workers. */
  WORKER_CREATION_ERRORS = 'WorkerCreationFails',
  /** Runs take long to start. */
  SLOW_RUN_STARTUP = 'RunStartupSlow',
  /** No controller answers, or Prometheus does not ask. */
  CONTROLLER_SILENT = 'WorkerPoolControllerSilent',
  /** Controllers answer, and none of them leads. */
  NO_LEADER = 'WorkerPoolControllerLeaderless',
  /** No exporter answers, or Prometheus does not ask. */
  EXPORTER_SILENT = 'WorkerPoolExporterSilent',
}

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

export interface AlertDescription {
  readonly alert: WorkerPoolAlert;
  readonly level: 'warning' | 'critical';
  readonly expr: string;
  /** Seconds that `expr` must hold. */
  readonly for: number;
  readonly summary: string;
  readonly description: string;
}

/** Longest startup that the histogram can tell apart from longer ones. */
export const LONGEST_STARTUP = Math.max(...CONTROLLER_METRICS.runStartupDuration.buckets);

const WINDOW = '15m';
const pools = poolQueries();
const NAME = '{{ $labels.worker_pool_name }}';

/** Seconds until a run must have started. */
export const slowRunStartup = (props: WorkerPoolAlertsProps): number => seconds(props.slowRunStartup, 2);

const seconds = (duration: Duration | undefined, defaultMinutes: number): number =>
  duration?.toSeconds() ?? defaultMinutes * 60;

export function alerts(props: WorkerPoolAlertsProps): AlertDescription[] {
  return [...poolAlerts(props), ...controllerAlerts(props), exporterAlert(props)];
}

function poolAlerts(props: WorkerPoolAlertsProps): AlertDescription[] {
  return [
    {
      alert: WorkerPoolAlert.RUNS_WAIT,
      level: 'warning',
      expr: `${pools.runsPending} > 0 and ${pools.workers} > 0 and ${pools.free} == 0`,
      for: seconds(props.runsWaitFor, 15),
      summary: `Runs wait for a Worker of ${NAME}`,
      description: `{{ $value }} runs wait, and every Worker of the pool ${NAME} is busy or drained.`,
    },
    {
      alert: WorkerPoolAlert.NO_WORKERS,
      level: 'critical',
      expr: `${pools.runsPending} > 0 and ${pools.workers} == 0`,
      for: seconds(props.noWorkersFor, 5),
      summary: `Runs wait, and ${NAME} has no Worker`,
      description: `{{ $value }} runs wait, and the control plane knows no Worker of the pool ${NAME}.`,
    },
    {
      alert: WorkerPoolAlert.RUNS_STUCK,
      level: 'critical',
      expr: `${pools.runsPending} > 0 and ${pools.free} > 0`,
      for: seconds(props.runsStuckFor, 10),
      summary: `Runs wait beside free Workers of ${NAME}`,
      description: `{{ $value }} runs wait although the pool ${NAME} has free Workers: those do not take runs.`,
    },
    {
      alert: WorkerPoolAlert.ALL_DRAINED,
      level: 'warning',
      expr: `${pools.workers} > 0 and ${pools.drained} >= ${pools.workers}`,
      for: seconds(props.drainedFor, 30),
      summary: `Every Worker of ${NAME} is drained`,
      description: `All {{ $value }} Workers of the pool ${NAME} are drained: it starts no run until one is undrained.`,
    },
  ];
}

function controllerAlerts(props: WorkerPoolAlertsProps): AlertDescription[] {
  return [
    {
      alert: WorkerPoolAlert.WORKER_CREATION_ERRORS,
      level: 'warning',
      expr: `${controllerQueries.increase(CONTROLLER_METRICS.workerCreationErrors, WINDOW)} > ${props.workerCreationErrors ?? 0}`,
      for: 0,
      summary: 'Workers cannot be created',
      description: `{{ $value | printf "%.0f" }} attempts to create or register a Worker failed within ${WINDOW}.`,
    },
    {
      alert: WorkerPoolAlert.SLOW_RUN_STARTUP,
      level: 'warning',
      expr: `${controllerQueries.quantile(0.95, CONTROLLER_METRICS.runStartupDuration, WINDOW)} > ${slowRunStartup(props)}`,
      for: seconds(props.slowRunStartupFor, 15),
      summary: 'Runs take long to start',
      description:
        'One run in twenty waited {{ $value | humanizeDuration }} or more from its assignment until its worker ' +
        `container started; ${slowRunStartup(props)} s are allowed.`,
    },
    {
      alert: WorkerPoolAlert.CONTROLLER_SILENT,
      level: 'critical',
      expr: `absent(${CONTROLLER_METRICS.workerCreationErrors.name})`,
      for: seconds(props.controllerSilentFor, 10),
      summary: 'The controller of worker pools is silent',
      description:
        'Prometheus has no answer from any controller: if none runs, no run starts, and pools are neither scaled nor repaired.',
    },
    {
      alert: WorkerPoolAlert.NO_LEADER,
      level: 'critical',
      // Others serve a metric of that name, too, and a Lease may have any name: ours are those that serve one of ours.
      expr: `sum by (name) (${RUNTIME_METRICS.leading.name} and on (instance) ${CONTROLLER_METRICS.workerCreationErrors.name}) == 0`,
      for: seconds(props.noLeaderFor, 5),
      summary: 'No controller of worker pools leads',
      description:
        'Controllers run, but none of them holds the Lease {{ $labels.name }}: no run starts, and pools are not looked after.',
    },
  ];
}

function exporterAlert(props: WorkerPoolAlertsProps): AlertDescription {
  return {
    alert: WorkerPoolAlert.EXPORTER_SILENT,
    level: 'warning',
    expr: `absent(${EXPORTER_METRICS.buildInfo.name})`,
    for: seconds(props.exporterSilentFor, 10),
    summary: 'The exporter of worker pools is silent',
    description:
      'Prometheus has no answer from any exporter: autoscaling by runs that wait stands still, and the other alerts ' +
      'of pools cannot fire.',
  };
}

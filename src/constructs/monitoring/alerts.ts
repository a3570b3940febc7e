import { CONTROLLER_METRICS, EXPORTER_METRICS } from '../../api';
import { increase, poolQueries, quantile } from './queries';

/** The alerts of a `PrometheusRule`. */
export enum WorkerPoolAlert {
  /** Runs of a pool wait, and none of its Workers is free. */
  RUNS_WAIT = 'WorkerPoolRunsWait',
  /** Runs of a pool wait, and it has no Worker at all. */
  NO_WORKERS = 'WorkerPoolHasNoWorkers',
  /** Every Worker of a pool is drained. */
  ALL_DRAINED = 'WorkerPoolDrained',
  /** The controller cannot create or register Workers. */
  WORKER_CREATION_ERRORS = 'WorkerCreationFails',
  /** Runs take long to start. */
  SLOW_RUN_STARTUP = 'RunStartupSlow',
  /** No exporter answers, or Prometheus does not ask. */
  EXPORTER_SILENT = 'WorkerPoolExporterSilent',
}

/** Everything that the alerts depend on, total. Durations are in seconds. */
export interface AlertSettings {
  readonly runsWaitFor: number;
  readonly noWorkersFor: number;
  readonly drainedFor: number;
  /** Alert above this number within `ERROR_WINDOW`. */
  readonly workerCreationErrors: number;
  readonly slowRunStartup: number;
  readonly slowRunStartupFor: number;
  readonly exporterSilentFor: number;
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

export function alerts(settings: AlertSettings): AlertDescription[] {
  return [...poolAlerts(settings), ...controllerAlerts(settings), exporterAlert(settings)];
}

function poolAlerts(settings: AlertSettings): AlertDescription[] {
  return [
    {
      alert: WorkerPoolAlert.RUNS_WAIT,
      level: 'warning',
      expr: `${pools.runsPending} > 0 and ${pools.workers} > 0 and ${pools.free} == 0`,
      for: settings.runsWaitFor,
      summary: `Runs wait for a Worker of ${NAME}`,
      description: `{{ $value }} runs wait, and every Worker of the pool ${NAME} is busy or drained.`,
    },
    {
      alert: WorkerPoolAlert.NO_WORKERS,
      level: 'critical',
      expr: `${pools.runsPending} > 0 and ${pools.workers} == 0`,
      for: settings.noWorkersFor,
      summary: `Runs wait, and ${NAME} has no Worker`,
      description: `{{ $value }} runs wait, and the control plane knows no Worker of the pool ${NAME}.`,
    },
    {
      alert: WorkerPoolAlert.ALL_DRAINED,
      level: 'warning',
      expr: `${pools.workers} > 0 and ${pools.drained} >= ${pools.workers}`,
      for: settings.drainedFor,
      summary: `Every Worker of ${NAME} is drained`,
      description: `All {{ $value }} Workers of the pool ${NAME} are drained: it starts no run until one is undrained.`,
    },
  ];
}

function controllerAlerts(settings: AlertSettings): AlertDescription[] {
  return [
    {
      alert: WorkerPoolAlert.WORKER_CREATION_ERRORS,
      level: 'warning',
      expr: `${increase(CONTROLLER_METRICS.workerCreationErrors, WINDOW)} > ${settings.workerCreationErrors}`,
      for: 0,
      summary: 'Workers cannot be created',
      description: `{{ $value | printf "%.0f" }} attempts to create or register a Worker failed within ${WINDOW}.`,
    },
    {
      alert: WorkerPoolAlert.SLOW_RUN_STARTUP,
      level: 'warning',
      expr: `${quantile(0.95, CONTROLLER_METRICS.runStartupDuration, WINDOW)} > ${settings.slowRunStartup}`,
      for: settings.slowRunStartupFor,
      summary: 'Runs take long to start',
      description:
        'One run in twenty waited {{ $value | humanizeDuration }} or more from its assignment until its worker ' +
        `container started; ${settings.slowRunStartup} s are allowed.`,
    },
  ];
}

function exporterAlert(settings: AlertSettings): AlertDescription {
  return {
    alert: WorkerPoolAlert.EXPORTER_SILENT,
    level: 'warning',
    expr: `absent(${EXPORTER_METRICS.buildInfo.name})`,
    for: settings.exporterSilentFor,
    summary: 'The exporter of worker pools is silent',
    description:
      'Prometheus has no answer from any exporter: autoscaling by runs that wait stands still, and the other alerts ' +
      'of pools cannot fire.',
  };
}

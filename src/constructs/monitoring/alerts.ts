import { CONTROLLER_METRICS, EXPORTER_METRICS, RUNTIME_METRICS } from '../../api';
import { increase, poolQueries, quantile } from './queries';

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

/** Everything that the alerts depend on, total. Durations are in seconds. */
export interface AlertSettings {
  readonly runsWaitFor: number;
  readonly noWorkersFor: number;
  readonly runsStuckFor: number;
  readonly drainedFor: number;
  /** Alert above this number within `ERROR_WINDOW`. */
  readonly workerCreationErrors: number;
  readonly slowRunStartup: number;
  readonly slowRunStartupFor: number;
  readonly controllerSilentFor: number;
  readonly noLeaderFor: number;
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
      alert: WorkerPoolAlert.RUNS_STUCK,
      level: 'critical',
      expr: `${pools.runsPending} > 0 and ${pools.free} > 0`,
      for: settings.runsStuckFor,
      summary: `Runs wait beside free Workers of ${NAME}`,
      description: `{{ $value }} runs wait although the pool ${NAME} has free Workers: those do not take runs.`,
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
    {
      alert: WorkerPoolAlert.CONTROLLER_SILENT,
      level: 'critical',
      expr: `absent(${CONTROLLER_METRICS.workerCreationErrors.name})`,
      for: settings.controllerSilentFor,
      summary: 'The controller of worker pools is silent',
      description:
        'Prometheus has no answer from any controller: if none runs, no run starts, and pools are neither scaled nor repaired.',
    },
    {
      alert: WorkerPoolAlert.NO_LEADER,
      level: 'critical',
      // Others serve a metric of that name, too, and a Lease may have any name: ours are those that serve one of ours.
      expr: `sum by (name) (${RUNTIME_METRICS.leading.name} and on (instance) ${CONTROLLER_METRICS.workerCreationErrors.name}) == 0`,
      for: settings.noLeaderFor,
      summary: 'No controller of worker pools leads',
      description:
        'Controllers run, but none of them holds the Lease {{ $labels.name }}: no run starts, and pools are not looked after.',
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

import { CONTROL_PLANE_METRICS as METRICS, PROCESS_METRICS } from '../../api';
import { metricQueries } from '../monitoring/queries';

/** Stands in queries for the labels by which Prometheus knows the Pods of one control plane. */
export const TARGET = '$target';

export interface ControlPlaneAlert {
  readonly alert: string;
  readonly severity: 'warning' | 'critical';
  readonly expr: string;
  readonly for: string;
  readonly summary: string;
  readonly description: string;
}

const WINDOW = '15m';
const DAY = 86_400;

/** In the window, by one way: several programs with a key that is gone make fewer. */
const REFUSED_LOG_INS = 200;

const { series, highest, increase, quantile } = metricQueries(TARGET);

const left = (matchers: string): string => `${series(METRICS.certificateEnds, matchers)} - time()`;

/** In the order in which a person on call looks: is it there, do runs go on, what holds them, what will. */
export const CONTROL_PLANE_ALERTS: readonly ControlPlaneAlert[] = [
  {
    alert: 'ControlPlaneSilent',
    severity: 'critical',
    expr: `absent(${series(METRICS.buildInfo)})`,
    for: '10m',
    summary: 'The control plane of worker pools is silent',
    description: 'Prometheus has no answer from the control plane: if it does not run, no run starts.',
  },
  {
    alert: 'ControlPlaneNotReady',
    severity: 'critical',
    expr: `max by (check) (${series(METRICS.ready, 'check!="running"')}) == 0`,
    for: '5m',
    summary: 'The control plane of worker pools is not ready',
    description: 'The check {{ $labels.check }} fails in every replica: requests are of no use until it passes.',
  },
  {
    alert: 'ControlPlaneRunWaits',
    severity: 'warning',
    expr: `${highest(METRICS.oldestWaitingRun)} > 1800`,
    for: '5m',
    summary: 'A run has waited for a worker for long',
    description: 'A run has waited for a worker for {{ $value | humanizeDuration }}.',
  },
  {
    alert: 'ControlPlaneAssignmentSlow',
    severity: 'warning',
    expr: `${quantile(0.99, METRICS.assignmentView, WINDOW)} > 1`,
    for: '15m',
    summary: 'Controllers hear late of runs',
    description: 'One assignment in a hundred took {{ $value | humanizeDuration }} or more to reach its controller.',
  },
  {
    alert: 'ControlPlaneSessionsSilent',
    severity: 'warning',
    expr: `${highest(METRICS.sessions, 'state="silent"')} > 0`,
    for: '5m',
    summary: 'Controllers have gone silent',
    description:
      '{{ $value }} sessions of controllers have said nothing for more than a minute: their workers get no runs.',
  },
  {
    alert: 'ControlPlaneRunsSilent',
    severity: 'warning',
    expr: `${highest(METRICS.leasesEnding, 'holder="run"')} > 0`,
    for: '2m',
    summary: 'Runs have gone silent',
    description: 'The Pods of {{ $value }} runs that have started say nothing: those runs are about to be given up.',
  },
  {
    alert: 'ControlPlaneDatabaseFails',
    severity: 'critical',
    expr: `${increase(METRICS.transactions, WINDOW, 'result="failed"')} > 0`,
    for: '5m',
    summary: 'The database of the control plane fails',
    description: `{{ $value | printf "%.0f" }} transactions failed within ${WINDOW}; the log says why.`,
  },
  {
    alert: 'ControlPlaneDatabaseSlow',
    severity: 'warning',
    expr: `${quantile(0.99, METRICS.commitDuration, WINDOW)} > 0.5`,
    for: '15m',
    summary: 'The database of the control plane is slow',
    description: 'One commit in a hundred takes {{ $value | humanizeDuration }} or more: every request waits for it.',
  },
  {
    alert: 'ControlPlaneDatabaseCrowded',
    severity: 'warning',
    expr: `min_over_time(${series(METRICS.databaseWaiting)}[${WINDOW}]) > 0`,
    for: '0s',
    summary: 'The control plane waits for its database',
    description: `For ${WINDOW} there were always requests that waited for a connection ({{ $labels.pool }}).`,
  },
  {
    alert: 'ControlPlaneLogInsRefused',
    severity: 'warning',
    expr: `sum by (way) (increase(${series(METRICS.logIns, 'result!="ok"')}[${WINDOW}])) > ${REFUSED_LOG_INS}`,
    for: '5m',
    summary: 'Many log-ins at the control plane are refused',
    description: `{{ $value | printf "%.0f" }} log-ins ({{ $labels.way }}) were refused within ${WINDOW}.`,
  },
  {
    alert: 'ControlPlaneBrokerDisconnected',
    severity: 'critical',
    expr: `${highest(METRICS.brokerConnected)} == 0`,
    for: '5m',
    summary: 'The control plane is cut off from the MQTT broker',
    description: 'No replica is connected to the MQTT broker: controllers that speak MQTT hear of no run.',
  },
  {
    alert: 'ControlPlaneUploadsRefused',
    severity: 'critical',
    expr: `${highest(METRICS.takesUploads)} == 0`,
    for: '5m',
    summary: 'The control plane takes no uploads',
    description: 'There is no room for sources and workspaces, or their storage cannot be used: runs that upload fail.',
  },
  {
    alert: 'ControlPlaneVolumeFills',
    severity: 'warning',
    expr: `predict_linear(${series(METRICS.freeBytes)}[6h], ${DAY}) < 0`,
    for: '1h',
    summary: 'The volume of the control plane fills up',
    description: 'At the pace of the last six hours the volume of the data folder is full within a day.',
  },
  {
    alert: 'ControlPlaneCertificateEnds',
    severity: 'warning',
    expr: `min by (certificate) (${left('certificate!="pool_authority"')}) < ${14 * DAY} or min by (certificate) (${left('certificate="pool_authority"')}) < ${180 * DAY}`,
    for: '1h',
    summary: 'A certificate of the control plane ends soon',
    description: 'The certificate {{ $labels.certificate }} ends in {{ $value | humanizeDuration }}.',
  },
  {
    alert: 'ControlPlaneEventLoopHeld',
    severity: 'warning',
    expr: `${highest(PROCESS_METRICS.eventLoopLag)} > 0.25`,
    for: '15m',
    summary: 'The control plane is held up',
    description: 'Its event loop is held for {{ $value | humanizeDuration }} at a time: every answer is late by that.',
  },
];

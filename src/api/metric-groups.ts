import { CONTROL_PLANE_METRICS, PROCESS_METRICS } from './control-plane-metrics';
import { CONTROLLER_METRICS, EXPORTER_METRICS, RUNTIME_METRICS, type MetricDescription } from './metrics';

/** Every metric by who serves it, in the order of the reference. */
export const METRIC_GROUPS = {
  controller: CONTROLLER_METRICS,
  runtime: RUNTIME_METRICS,
  controlPlane: CONTROL_PLANE_METRICS,
  process: PROCESS_METRICS,
  exporter: EXPORTER_METRICS,
} as const satisfies Readonly<Record<string, Readonly<Record<string, MetricDescription>>>>;

/** Every metric. */
export const ALL_METRICS: readonly MetricDescription[] = Object.values(METRIC_GROUPS).flatMap((group) =>
  Object.values<MetricDescription>(group),
);

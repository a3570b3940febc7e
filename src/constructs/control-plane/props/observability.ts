import type { ServiceMonitorOptions } from '../../shared/service-monitor-options';

/** What watches a control plane. */
export interface ControlPlaneObservabilityProps {
  /**
   * Whether to make the Service of the metrics. It is made in any case where there is a ServiceMonitor.
   *
   * @default false
   */
  readonly metricsService?: boolean;

  /**
   * ServiceMonitor for the Prometheus operator, whose CRDs the cluster must have.
   *
   * @default - none
   */
  readonly serviceMonitor?: ServiceMonitorOptions;

  /**
   * Alerts on this control plane, for the Prometheus operator. They need the ServiceMonitor.
   *
   * @default - none
   */
  readonly prometheusRule?: ControlPlanePrometheusRule;

  /**
   * Spans of requests, operations and transactions, by OTLP over HTTP. `{}` where variables say everything.
   *
   * @default - none are sent
   */
  readonly traces?: ControlPlaneTraces;
}

/** Alerts on the control plane, for the Prometheus operator. */
export interface ControlPlanePrometheusRule {
  /**
   * Namespace of the PrometheusRule.
   *
   * @default - the control plane's
   */
  readonly namespace?: string;

  /**
   * More labels, by which a Prometheus selects its rules.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the PrometheusRule.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * More labels of each alert, by which Alertmanager sends it on. A severity here wins.
   *
   * @default - `severity` only
   */
  readonly alertLabels?: Record<string, string>;
}

/** Where the control plane sends spans of what it does. */
export interface ControlPlaneTraces {
  /**
   * Address of the receiver of OTLP over HTTP, as `http://host:4318`.
   *
   * @default - as the variable OTEL_EXPORTER_OTLP_ENDPOINT in `envVariables` says
   */
  readonly endpoint?: string;
}

export * from './control-plane/props';
export * from './control-plane/props/exposure';
export * from './control-plane/props/observability';
export * from './control-plane/props/pod';
export * from './control-plane/props/serving';
export * from './control-plane/props/storage';
export * from './control-plane/worker-pool-control-plane';
export { CustomResourceDefinitions, type CustomResourceDefinitionsProps } from './crds/custom-resource-definitions';
export * from './exporter/prometheus-exporter';
export type { PrometheusExporterProps } from './exporter/prometheus-exporter-props';
export { WorkerPoolAlert, type WorkerPoolAlertsProps } from './monitoring/alerts';
export * from './monitoring/control-plane-dashboard';
export type { DashboardProps } from './monitoring/dashboard';
export * from './monitoring/worker-pool-dashboard';
export * from './monitoring/worker-pool-alerts';
export * from './operator/operator-options';
export * from './operator/worker-pool-operator';
export type { WorkerPoolOperatorProps } from './operator/worker-pool-operator-props';
export * from './presets/aws-role';
export * from './presets/custom-certificates';
export * from './presets/docker-in-docker';
export * from './presets/egress-network-policy';
export * from './presets/initialization-policy';
export * from './presets/open-shift-constraints';
export * from './presets/provider-mirror';
export * from './presets/vcs-agents';
export type { DisruptionBudget } from './shared/disruption-budget';
export { type IPodStorage, type PodVolumeMount } from './shared/pod-storage';
export type { ProgramPodProps } from './shared/program-pod-props';
export { type ContainerSecurityOptions, type PodSecurityOptions } from './shared/security-context';
export type { ServiceMonitorOptions } from './shared/service-monitor-options';
export * from './shared/topology-spread';
export * from './worker-pool/run-container';
export * from './worker-pool/run-pod';
export {
  BinariesCache,
  WorkspaceVolume,
  type EfsBinariesCacheOptions,
  type EphemeralWorkspaceOptions,
} from './worker-pool/volumes';
export * from './worker-pool/worker-pool';
export * from './worker-pool/worker-pool-options';

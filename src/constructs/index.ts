export * from './control-plane/control-plane';
export { CustomResourceDefinitions, type CustomResourceDefinitionsProps } from './custom-resource-definitions';
export * from './exporter/prometheus-exporter';
export * from './operator/worker-pool-operator';
export * from './worker-pool/worker-pool';

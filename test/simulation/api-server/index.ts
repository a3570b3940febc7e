/** The simulated Kubernetes API server. */
export { NAMESPACES } from './kinds';
export { REFUSALS } from './refusals';
export { SimulatedApiServer } from './server';
export type * from './types';

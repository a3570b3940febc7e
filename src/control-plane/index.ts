export type { AdminApi, NewPool, NewRun, NewStack, RunFilter } from './admin';
export { startControlPlane } from './control-plane';
export { RequestError } from './errors';
export type { ControlPlane, ControlPlaneOptions } from './options';
export type * from './store/records';

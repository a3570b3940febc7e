export type { AdminApi, NewPool, NewRun, NewStack, RunFilter } from './admin';
export type { ControlPlane, ControlPlaneOptions } from './options';
export type * from './store/records';

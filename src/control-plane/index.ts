export { startControlPlane } from './control-plane';
export type { ControlPlane, ControlPlaneOptions } from './options';
export type * from './store/records';

export type { Clock, Connect, ConnectOptions } from './options';

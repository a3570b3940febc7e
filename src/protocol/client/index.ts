export type { Connect, ConnectOptions } from './options';
export { connectMqtt } from './mqtt';
export { connectPoll } from './poll';

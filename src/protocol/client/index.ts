export type { Connect, ConnectOptions, SessionLeadership } from './options';
export { connectMqtt } from './mqtt';
export { connectPoll } from './poll';

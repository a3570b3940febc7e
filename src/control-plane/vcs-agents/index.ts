export { VcsGateway, type Agent } from './gateway';
export type { Answered, Asked } from './stream';

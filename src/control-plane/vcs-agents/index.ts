export { VcsGateway, type Agent } from './gateway';
export type { Asked } from './stream';

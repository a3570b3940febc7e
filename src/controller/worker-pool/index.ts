export { WorkerPoolController } from './controller';
export { Pools } from './pools';

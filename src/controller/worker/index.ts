export { WorkerController, type WorkerControllerOptions } from './controller';

export { DisruptionController, type DisruptionControllerOptions } from './controller';

import { join } from 'node:path';

/** The shim lies beside the module that uses it: in this folder, and beside the bundle in the image. */
export const SHIM_PATH = join(import.meta.dirname, 'spacelift-worker.sh');

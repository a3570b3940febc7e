import { join } from 'node:path';

/** As the launcher's image has it. */
export const OPA_PATH = '/usr/bin/opa';

/** What policies may call: everything but what reaches the network or the process. Beside the module, or beside the bundle. */
export const CAPABILITIES_PATH = join(import.meta.dirname, 'capabilities.generated.json');

/** What policies may read of `input`. */
export const INPUT_SCHEMA_PATH = join(import.meta.dirname, 'input-schema.generated.json');

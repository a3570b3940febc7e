import type { Form } from './form';
import { KEY_FORMS } from './key-forms';
import { POOL_FORMS } from './pool-forms';
import { RUN_FORMS } from './run-forms';
import { STACK_FORMS } from './stack-forms';
import { WORKER_FORMS } from './worker-forms';

/** Everything that a person may do on the pages. */
export const FORMS: readonly Form[] = [...POOL_FORMS, ...WORKER_FORMS, ...STACK_FORMS, ...RUN_FORMS, ...KEY_FORMS];

import { DEPENDENCY_FORMS } from './dependency-forms';
import { DRIFT_FORMS } from './drift-forms';
import type { Form } from './form';
import { KEY_FORMS } from './key-forms';
import { NEW_RUN_FORMS } from './new-run-forms';
import { OUTPUT_FORMS } from './output-forms';
import { POOL_FORMS } from './pool-forms';
import { PUSH_HOOK_FORMS } from './push-hook-forms';
import { REPOSITORY_FORMS } from './repository-form';
import { RUN_FORMS } from './run-forms';
import { SOURCE_FORMS } from './source-form';
import { STACK_FORMS } from './stack-forms';
import { STATE_FORMS } from './state-forms';
import { VCS_AGENT_FORMS } from './vcs-agent-forms';
import { WEBHOOK_FORMS } from './webhook-forms';
import { WORKER_FORMS } from './worker-forms';

/** Everything that a person may do on the pages. */
export const FORMS: readonly Form[] = [
  ...POOL_FORMS,
  ...WORKER_FORMS,
  ...STACK_FORMS,
  ...SOURCE_FORMS,
  ...REPOSITORY_FORMS,
  ...PUSH_HOOK_FORMS,
  ...DEPENDENCY_FORMS,
  ...OUTPUT_FORMS,
  ...DRIFT_FORMS,
  ...STATE_FORMS,
  ...NEW_RUN_FORMS,
  ...RUN_FORMS,
  ...KEY_FORMS,
  ...WEBHOOK_FORMS,
  ...VCS_AGENT_FORMS,
];

import { ACCOUNT } from './account';
import { POOLS } from './pools';
import { STACKS } from './stacks';
import { MODULES } from './modules';
import { RUNS } from './runs';
import { KEYS } from './keys';
import { DRIFT } from './drift';
import { PUSH_HOOKS } from './push-hooks';
import { VCS_AGENT_POOLS } from './vcs-agent-pools';
import { WEBHOOKS } from './webhooks';
import type { Operations } from './operation';

/** Every field at the root of the API, as a client uses it. */
export const OPERATIONS: Operations = {
  ...ACCOUNT,
  ...POOLS,
  ...STACKS,
  ...MODULES,
  ...DRIFT,
  ...PUSH_HOOKS,
  ...RUNS,
  ...KEYS,
  ...WEBHOOKS,
  ...VCS_AGENT_POOLS,
};

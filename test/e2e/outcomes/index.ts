import type { OutcomeReason } from '../../../src/protocol/messages';
import type { Fixture } from '../fixtures/fixture';
import { cancelled } from './cancelled';
import { secretMissing } from './config-error';
import { controlPlaneLost } from './control-plane-lost';
import { evicted } from './evicted';
import { imageNameInvalid, imageNeverPulled, imageNotThere } from './image-pull';
import { nodeLost } from './node-lost';
import { outOfMemory } from './out-of-memory';
import { policyDenied } from './policy-denied';
import { preempted } from './preempted';
import { deadlineOfPod, logsTimeout, runTimeout } from './run-timeout';
import { startTimeout } from './start-timeout';
import { succeeded } from './succeeded';
import { userFailed } from './user-failed';

/** The closed list of outcomes, each by what makes it on a real node; a file a fault. One without does not compile. */
const BY_REASON: Readonly<Record<OutcomeReason, readonly Fixture[]>> = {
  Succeeded: [succeeded],
  UserFailed: [userFailed],
  OutOfMemory: [outOfMemory],
  Evicted: [evicted],
  Preempted: [preempted],
  NodeLost: [nodeLost],
  ImagePull: [imageNotThere, imageNameInvalid, imageNeverPulled],
  ConfigError: [secretMissing],
  PolicyDenied: [policyDenied],
  StartTimeout: [startTimeout],
  RunTimeout: [runTimeout, logsTimeout, deadlineOfPod],
  Cancelled: [cancelled],
  ControlPlaneLost: [controlPlaneLost],
};

export const OUTCOMES: readonly Fixture[] = Object.values(BY_REASON).flat();

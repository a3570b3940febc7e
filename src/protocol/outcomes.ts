import type { OutcomeReason } from './messages';

export interface OutcomeMeaning {
  readonly meaning: string;
  /** Whether a person or a policy may run it again without thinking. Only a run that has not started is queued again here. */
  readonly retry: string;
}

const BEFORE_APPLY = 'only if no apply had begun';

/** What each outcome means; the generated reference is made of it. */
export const OUTCOME_MEANING: Readonly<Record<OutcomeReason, OutcomeMeaning>> = {
  Succeeded: { meaning: 'Every step succeeded.', retry: 'no need' },
  UserFailed: { meaning: 'A step failed.', retry: 'no' },
  OutOfMemory: { meaning: 'A container was killed for its memory.', retry: 'no: it would be killed again' },
  Evicted: { meaning: 'The Pod was evicted or deleted.', retry: BEFORE_APPLY },
  Preempted: { meaning: 'A Pod of higher priority took its place.', retry: BEFORE_APPLY },
  NodeLost: { meaning: 'The node or the Pod is gone without a word.', retry: BEFORE_APPLY },
  ImagePull: { meaning: 'An image cannot be pulled.', retry: 'no: it needs a fix' },
  ConfigError: {
    meaning: 'The Pod cannot be created, or its containers cannot be set up.',
    retry: 'no: it needs a fix',
  },
  PolicyDenied: { meaning: 'The initialization policy of the pool denied it.', retry: 'no: it would be denied again' },
  StartTimeout: { meaning: 'The Pod did not start in time.', retry: 'yes: nothing was begun' },
  RunTimeout: { meaning: 'The run took longer than it may.', retry: 'no' },
  Cancelled: { meaning: 'Somebody stopped it.', retry: 'no' },
  ControlPlaneLost: { meaning: 'Nothing was heard of the run for the length of its lease.', retry: BEFORE_APPLY },
};

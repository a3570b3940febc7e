import type { LogInObserver } from '../admission/log-ins';
import { RequestError } from '../errors';
import type { Refusals } from './refusals';

/** Writes failed log-ins into the audit trail: from where they come, and whom they claim to be. */
export const logInObserver =
  (refusals: Refusals): LogInObserver =>
  async ({ result, logIn: { kind, id }, origin, who }) => {
    if (result !== 'refused') return;
    const actor = { kind: 'nobody', id: '', name: '', role: '', ...origin };
    const refusal = new RequestError('unauthorized', `the log-in with an ${kind} failed`);
    await refusals.note(`address ${who}`, { action: 'session.create', objectId: id }, actor, refusal);
  };

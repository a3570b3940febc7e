import type { Context, MiddlewareHandler } from 'hono';
import { actorOf } from '../audit/actor';
import type { Attempt } from '../audit/refusals';
import { RequestError } from '../errors';
import { RIGHTS, type Right } from '../identity/rights';
import type { Html } from './html';
import type { Env, WhoParts } from './identify';
import { errorPage } from './layout';
import { send } from './send';

/** Lets those go on who have a right; who has not is noted. */
export function allow(right: Right, parts: WhoParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (c.var.viewer.may(right)) return next();
    await noteRefusal(c, parts, { action: 'api.read', objectId: c.req.path }, mayNot(right));
    return send(c, notAllowed(c, right), 403);
  };
}

/** Of somebody who is logged in. */
export async function noteRefusal(
  c: Context<Env>,
  { admission, refusals }: WhoParts,
  attempt: Attempt,
  sentence: string,
): Promise<void> {
  const { caller } = c.var.viewer;
  if (!caller) return;
  const actor = actorOf(caller, admission.originOf(c));
  await refusals.note(`caller ${actor.id}`, attempt, actor, new RequestError('forbidden', sentence));
}

export const mayNot = (right: Right): string => `Who you are logged in as may look, but not ${RIGHTS[right].what}.`;

export const notAllowed = (c: Context<Env>, right: Right): Html => errorPage('Not allowed', mayNot(right), c.var);

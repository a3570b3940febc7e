import type { Context, MiddlewareHandler } from 'hono';
import { RIGHTS, type Right } from '../identity/rights';
import type { Html } from './html';
import type { Env } from './identify';
import { errorPage } from './layout';
import { send } from './send';

/** Lets those go on who have a right. */
export function allow(right: Right): MiddlewareHandler<Env> {
  return async (c, next) => (c.var.viewer.may(right) ? next() : send(c, notAllowed(c, right), 403));
}

export const mayNot = (right: Right): string => `Who you are logged in as may look, but not ${RIGHTS[right].what}.`;

export const notAllowed = (c: Context<Env>, right: Right): Html => errorPage('Not allowed', mayNot(right), c.var);

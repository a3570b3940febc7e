import type { MiddlewareHandler } from 'hono';
import type { AdminService } from '../admin/admin-service';
import type { Admission } from '../admission';
import type { Refusals } from '../audit/refusals';
import { RequestError } from '../errors';
import type { ApiKeys } from '../identity/api-keys';
import type { Caller, Right } from '../identity/rights';
import { keyTopic, type Proof } from '../identity/stream-rights';
import { bearer } from './app';

export interface CallerEnv {
  readonly Variables: {
    readonly caller: Caller;
    readonly proof: Proof;
    /** Theirs, on routes that change something. */
    readonly admin: AdminService;
  };
}

/** @throws RequestError `unauthorized` */
export function requireCaller(apiKeys: ApiKeys, admission: Admission): MiddlewareHandler<CallerEnv> {
  return async (c, next) => {
    const jwt = bearer(c.req.header('Authorization'));
    const caller = jwt && (await apiKeys.verify(jwt));
    if (!jwt || !caller) {
      throw new RequestError('unauthorized', 'unauthorized: send the JWT of apiKeyUser as Authorization: Bearer');
    }
    admission.proved(c, `key ${caller.id}`);
    c.set('caller', caller);
    const isStillValid = async () => (await apiKeys.verify(jwt))?.role === caller.role;
    c.set('proof', { topic: keyTopic(caller.id), isStillValid });
    await next();
  };
}

interface Deciding {
  readonly admission: Admission;
  readonly refusals: Refusals;
}

/** @throws RequestError `forbidden`, which the audit trail notes */
export function mayRead({ admission, refusals }: Deciding, right: Right): MiddlewareHandler<CallerEnv> {
  return async (c, next) => {
    const attempt = { action: 'api.read', objectId: c.req.path } as const;
    await refusals.admit(c.var.caller, admission.originOf(c), right, attempt);
    await next();
  };
}

import SchemaBuilder from '@pothos/core';
import type { AdminService } from '../admin/admin-service';
import type { LogIn, Origin } from '../admission/log-ins';
import type { Refusals } from '../audit/refusals';
import { RequestError } from '../errors';
import type { ApiKeys, Session } from '../identity/api-keys';
import type { Caller } from '../identity/rights';
import type { Lookups } from './lookups';

/** Of one request. */
export interface RequestContext {
  /** Of the user, where somebody is logged in: the audit trail tells what they change. */
  readonly admin: AdminService;
  readonly apiKeys: ApiKeys;
  /** Undefined when nobody is logged in. */
  readonly user: Caller | undefined;
  readonly origin: Origin;
  readonly refusals: Refusals;
  /** Carries out a log-in, and counts it where it fails. @throws RequestError after too many */
  readonly logIn: (logIn: LogIn, prove: () => Promise<Session | undefined>) => Promise<Session | undefined>;
  readonly lookups: Lookups;
}

interface SchemaTypes {
  Context: RequestContext;
  DefaultFieldNullability: false;
  Scalars: { ID: { Input: string; Output: string } };
}

/** Names and nullability are those that the public clients of Spacelift rely on; all times are Unix seconds. */
export const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

builder.queryType();
builder.mutationType();

export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

export const LOG_IN_FIRST = 'unauthorized: log in with apiKeyUser first';

export function requireUser({ user }: RequestContext): Caller {
  if (user === undefined) throw new RequestError('unauthorized', LOG_IN_FIRST);
  return user;
}

import { execute, GraphQLError, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import type { Context, Hono } from 'hono';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AdminService } from '../admin/admin-service';
import type { Admission } from '../admission';
import { actorOf } from '../audit/actor';
import type { Refusals } from '../audit/refusals';
import type { ApiKeys } from '../identity/api-keys';
import type { Caller } from '../identity/rights';
import { HTTP_STATUS, RequestError, told, type RefusalCode } from '../errors';
import { bearer, parseJsonBody, refusingApp } from '../http/app';
import { jsonInSlices } from '../json-slices';
import { LIMIT } from '../limits';
import { LOG_IN_FIRST, type RequestContext } from './builder';
import { AnswerBudget } from './answer-limits';
import { Lookups } from './lookups';
import { sizeOf } from './document-limits';
import { KnownDocuments } from './known-documents';
import { readDocument } from './read-document';
import { schema } from './schema';

const documents = new KnownDocuments();

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** One that recurs for each entry of a list is told often enough so. */
const ERRORS_TOLD = 20;

const NO_BODY = 'the body must be JSON with a text "query"';

export interface GraphqlParts {
  readonly admin: AdminService;
  readonly apiKeys: ApiKeys;
  readonly admission: Admission;
  readonly refusals: Refusals;
  readonly logger: Logger;
}

/**
 * `POST /graphql`: status 200, failures in `errors`, as the public clients want it; 429 after too many requests, 503
 * while the database cannot be used. Without a JWT it takes no more than a log-in has.
 */
export function graphqlRoute({ admin: unbound, apiKeys, admission, refusals, logger }: GraphqlParts): Hono {
  const app = refusingApp(logger);
  app.post('/', async (c) => {
    const jwt = bearer(c.req.header('Authorization'));
    const user = jwt ? await apiKeys.verify(jwt) : undefined;
    if (user) admission.proved(c, `key ${user.id}`);
    const address = admission.addressOf(c);
    const origin = admission.originOf(c);
    const logIn: RequestContext['logIn'] = (credentials, prove) => admission.logIns.attempt(c, credentials, prove);
    const admin = user ? unbound.as(actorOf(user, origin)) : unbound;
    const context: RequestContext = { admin, apiKeys, user, origin, refusals, logIn, lookups: new Lookups(admin) };
    const run = async () => {
      // Nothing else than a log-in could come of it.
      if (!user) admission.logIns.check(c);
      const text = await bodyOf(c, admission, user);
      return text === undefined ? notLoggedIn() : carryOut(text, context);
    };
    const key = user ? `graphql ${user.id}` : `graphql of ${address}`;
    try {
      const result = await admission.inFlight.during(
        key,
        LIMIT.graphqlAtOnce,
        'too many GraphQL requests at once',
        run,
      );
      return await send(c, result, logger);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return send(c, { errors: [new GraphQLError(error.message, { originalError: error })], data: null }, logger);
    }
  });
  return app;
}

/** Undefined for one too large of somebody who may only log in: so it is that nobody is logged in which is told. */
async function bodyOf(c: Context, admission: Admission, user: Caller | undefined): Promise<string | undefined> {
  if (user) return admission.body(c, { who: `key ${user.id}`, most: LIMIT.graphqlBytes });
  try {
    return await admission.body(c, { who: 'log-ins', most: LIMIT.logInBytes });
  } catch (error) {
    if (!(error instanceof RequestError && error.code === 'too-large')) throw error;
    c.header('Connection', 'close');
    return undefined;
  }
}

async function carryOut(text: string, context: RequestContext): Promise<ExecutionResult> {
  const body = Body.safeParse(parsed(text));
  if (!body.success) return refused(NO_BODY);
  const { query, operationName } = body.data;
  const variables = body.data.variables ?? {};
  const document = documentOf(query, variables, context.user !== undefined);
  if (!('kind' in document)) return document;
  if (documents.find(query) !== document) {
    const errors = validate(schema, document, undefined, { maxErrors: 5 });
    if (errors.length > 0) return { errors };
    if (context.user !== undefined) documents.add(query, document);
  }
  return execute({
    schema,
    document,
    contextValue: { ...context, budget: new AnswerBudget() },
    variableValues: variables,
    ...(operationName ? { operationName } : {}),
  });
}

/** The document, or what is refused about it before anything else looks at it. */
function documentOf(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  isLoggedIn: boolean,
): DocumentNode | ExecutionResult {
  let document: DocumentNode;
  try {
    // Of what others know, whoever may only log in finds nothing: fewer tokens are read for them.
    const known = isLoggedIn ? documents.find(query) : undefined;
    document = known ?? readDocument(query, isLoggedIn ? LIMIT.documentTokens : LIMIT.logInTokens);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // Of a query of somebody whose JWT has run out, what counts is that.
    return isLoggedIn || error.message.startsWith('Syntax') ? { errors: [error] } : notLoggedIn();
  }
  const { operations, rootFields, cost, logIns, introspects } = sizeOf(document, variables);
  if (introspects && !isLoggedIn) return notLoggedIn();
  if (operations > 1) return refused('a document may have one operation');
  if (logIns > 1) return refused('a document may log in once');
  if (rootFields > LIMIT.rootFields) return refused(`a document may have ${LIMIT.rootFields} fields at its root`);
  if (cost > LIMIT.documentCost) {
    return refused(`the document asks for about ${cost} fields: ask for fewer, at most ${LIMIT.documentCost}`);
  }
  return document;
}

const notLoggedIn = (): ExecutionResult => refused(LOG_IN_FIRST, 'unauthorized');

function refused(message: string, code: RefusalCode = 'malformed'): ExecutionResult {
  return { errors: [new GraphQLError(message, { originalError: new RequestError(code, message) })] };
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return parseJsonBody(text);
  } catch {
    return undefined;
  }
}

async function send(c: Context, result: ExecutionResult, logger: Logger): Promise<Response> {
  const later = result.errors?.map(({ originalError }) => originalError).find(isForLater);
  if (later?.retryAfterSeconds !== undefined) c.header('Retry-After', String(later.retryAfterSeconds));
  const text = await jsonInSlices(answer(result, logger));
  return c.body(text, later ? HTTP_STATUS[later.code] : 200, { 'Content-Type': 'application/json' });
}

/** Whether the same request may be answered later. */
function isForLater(error: Error | null | undefined): error is RequestError {
  return error instanceof RequestError && (error.code === 'too-many-requests' || error.code === 'unavailable');
}

/** An error with what programs go by: the codes are those of the HTTP API. */
function withCode(error: GraphQLError, message: string, code: RefusalCode, field?: string): object {
  return { ...error.toJSON(), message, extensions: { code, ...(field !== undefined && { field }) } };
}

/** Sentences of refusals go out; anything unexpected stays in the log. */
function answer(result: ExecutionResult, logger: Logger): object {
  if (!result.errors) return { data: result.data };
  const errors = result.errors.slice(0, ERRORS_TOLD).map((error) => {
    const cause = error.originalError;
    const isRefusal = cause instanceof RequestError;
    // What graphql-js finds wrong with a document, or with its variables, is so of what was sent.
    if (!cause || isRefusal || cause instanceof GraphQLError) {
      if (isRefusal && cause.cause !== undefined) {
        logger.error({ err: cause.cause, path: error.path }, 'GraphQL request failed');
      }
      const { code, field } = isRefusal ? cause : { code: 'malformed', field: undefined };
      return withCode(error, told(error.message), code as RefusalCode, field);
    }
    logger.error({ err: cause, path: error.path }, 'GraphQL request failed');
    return withCode(error, 'the control plane failed at this request: its log says why', 'internal');
  });
  return { errors, data: result.data ?? null };
}

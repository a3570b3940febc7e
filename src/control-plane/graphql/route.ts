import { graphql, GraphQLError, type ExecutionResult } from 'graphql';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AdminService } from '../admin/admin-service';
import type { ApiKeys } from '../identity/api-keys';
import { RequestError, type RefusalCode } from '../errors';
import { bearer, limitJson, refusingApp } from '../http/app';
import { rootResolvers, type RequestContext } from './resolvers';
import { schema } from './schema';
import { dropEmptyArguments } from './tolerance';

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** `POST /graphql`: always status 200, failures in `errors`, as the public clients want it. */
export function graphqlRoute(admin: AdminService, apiKeys: ApiKeys, logger: Logger): Hono {
  const app = refusingApp(logger);
  const rootValue = rootResolvers(admin, apiKeys);
  app.post('/', limitJson, async (c) => {
    const body = Body.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) {
      return c.json({ errors: [{ message: 'the body must be JSON with a text "query"' }], data: null });
    }
    const jwt = bearer(c.req.header('Authorization'));
    const contextValue: RequestContext = { user: jwt && (await apiKeys.verify(jwt)) };
    const result = await graphql({
      schema,
      source: dropEmptyArguments(body.data.query),
      rootValue,
      contextValue,
      ...(body.data.variables ? { variableValues: body.data.variables } : {}),
      ...(body.data.operationName ? { operationName: body.data.operationName } : {}),
    });
    return c.json(answer(result, logger));
  });
  return app;
}

/** Sentences of refusals go out; anything unexpected stays in the log. */
function answer(result: ExecutionResult, logger: Logger): object {
  if (!result.errors) return { data: result.data };
  const errors = result.errors.map((error) => {
    const cause = error.originalError;
    if (!cause || cause instanceof RequestError || cause instanceof GraphQLError) return error.toJSON();
    logger.error({ err: cause, path: error.path }, 'GraphQL request failed');
    const message = 'the control plane failed at this request: its log says why';
    return { ...error.toJSON(), message, extensions: { code: 'internal' satisfies RefusalCode } };
  });
  return { errors, data: result.data ?? null };
}

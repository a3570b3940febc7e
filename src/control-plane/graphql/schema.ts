import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { limitAnswers } from './answer-limits';
import { builder, requireUser, type RequestContext } from './builder';
import './users';
import './runs';
import './search-runs';
import './worker-pools';
import './stacks';
import './states';
import './statistics';

/** What needs nobody to be logged in. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set(['viewer', 'apiKeyUser']);

export const schema = guarded(limitAnswers(builder.toSchema()));

/** Everything else at the root needs a user, whoever adds it. */
function guarded(built: GraphQLSchema): GraphQLSchema {
  for (const root of [built.getQueryType(), built.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (FOR_EVERYBODY.has(field.name)) continue;
      const { resolve = defaultFieldResolver } = field;
      field.resolve = (parent, args, context: RequestContext, info): unknown => {
        requireUser(context);
        return resolve(parent, args, context, info);
      };
    }
  }
  return built;
}

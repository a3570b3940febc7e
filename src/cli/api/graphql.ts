import { initGraphQLTada } from 'gql.tada';
import type { Introspection } from './introspection.generated';

/** Reads the types of a document from its text while the program is compiled. */
export const graphql = initGraphQLTada<{ introspection: Introspection }>();

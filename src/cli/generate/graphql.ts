import { introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { minifyIntrospection, preprocessIntrospection } from 'gql.tada/internal';
import { schema } from '../../control-plane/graphql/schema';
import { GENERATED_NOTICE, type Artefact } from './artefact';

/** The API's schema for people, and as a type from which the documents of the command line get theirs. */
export function generateGraphql(): Promise<Artefact> {
  const sorted = lexicographicSortSchema(schema);
  const type = preprocessIntrospection(minifyIntrospection(introspectionFromSchema(sorted)));
  return Promise.resolve({
    files: {
      'docs/reference/schema.graphql': `# Made by \`npm run generate\` from src/control-plane/graphql.\n\n${printSchema(sorted)}\n`,
      'src/cli/api/introspection.generated.ts': `${GENERATED_NOTICE}export type Introspection = ${type};\n`,
    },
  });
}

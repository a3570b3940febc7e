import type { JsonSchema, SchemaMap } from '../../api/schema';
import { GENERATED_NOTICE, type Artefact } from './artefact';
import { extractSchemas } from './kubernetes-schemas';
import { KUBERNETES_VERSION, publishedSchemas } from './kubernetes-source';
import { comment, declaration, membersOf, typeExpression } from './typescript';

/** Written by hand in src/api/conditions.ts, with a narrower `status`. */
const OWN_TYPES = new Set(['Condition']);

/** The extract of Kubernetes' published types, as schemas and as TypeScript. */
export async function generateKubernetes(): Promise<Artefact> {
  const schemas = extractSchemas(await publishedSchemas());
  const notice = `${GENERATED_NOTICE}// Types of Kubernetes ${KUBERNETES_VERSION}, pruned to what a WorkerPool embeds.\n\n`;
  return {
    files: {
      'src/api/kubernetes-schemas.generated.ts':
        `${notice}import type { JsonSchema, SchemaMap } from './schema';\n\n` +
        `export const KUBERNETES_SCHEMAS: SchemaMap<JsonSchema> = ${JSON.stringify(schemas, null, 1)};\n`,
      'src/api/kubernetes.generated.ts': notice + declarations(schemas),
    },
  };
}

function declarations(schemas: SchemaMap<JsonSchema>): string {
  return Object.entries(schemas)
    .filter(([name]) => !OWN_TYPES.has(name))
    .map(([name, schema]) =>
      schema.properties
        ? declaration(name, schema.description, membersOf(schema))
        : `${comment(schema.description, '')}export type ${name} = ${typeExpression(schema)};\n`,
    )
    .join('\n');
}

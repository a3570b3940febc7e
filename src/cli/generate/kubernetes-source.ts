import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonSchema, SchemaMap } from '../../api/schema';
import { goModule } from '../go-module';
import { VERSIONS } from '../../local-cluster/binaries';

/** The Kubernetes release whose types are embedded in the WorkerPool CRD. */
export const KUBERNETES_VERSION = `v${VERSIONS.kubernetes}`;

const DOCUMENT = 'api/openapi-spec/v3/api__v1_openapi.json';

/** A schema as Kubernetes publishes it: references instead of nesting, and documentation of Go in it. */
export interface PublishedSchema extends Omit<JsonSchema, 'properties' | 'items' | 'additionalProperties'> {
  readonly $ref?: string;
  readonly allOf?: readonly PublishedSchema[];
  readonly oneOf?: readonly PublishedSchema[];
  readonly properties?: SchemaMap<PublishedSchema>;
  readonly items?: PublishedSchema;
  readonly additionalProperties?: PublishedSchema;
}

/** The published types can be had neither from Go's module cache nor from a module proxy. */
export class MissingSource extends Error {}

/**
 * Reads the published OpenAPI document of core/v1 out of the Go module `k8s.io/kubernetes`.
 *
 * @returns every schema of the document by its full name.
 * @throws {@link MissingSource} when `go` is not on the PATH or cannot get the module.
 */
export async function publishedSchemas(): Promise<SchemaMap<PublishedSchema>> {
  const module = `k8s.io/kubernetes@${KUBERNETES_VERSION}`;
  const folder = await goModule(module).catch((cause: unknown) => {
    throw new MissingSource(
      `the Go module ${module}, which holds them, cannot be had. ` +
        'Install Go (https://go.dev/dl) and make a module proxy reachable (see `go env GOPROXY`).',
      { cause },
    );
  });
  const document = JSON.parse(await readFile(join(folder, DOCUMENT), 'utf8')) as {
    components: { schemas: SchemaMap<PublishedSchema> };
  };
  return document.components.schemas;
}

import { isNotFound, type Cache, type KubeClient, type KubeObject, type ResourceType } from './runtime';

/** Takes our finalizer off an object, and nobody else's. @throws a conflict when the object has changed meanwhile. */
export async function dropFinalizer<T extends KubeObject>(
  client: KubeClient,
  resource: ResourceType,
  cache: Cache<T>,
  object: T,
  finalizer: string,
): Promise<void> {
  const { namespace, name, resourceVersion, finalizers = [] } = object.metadata;
  const rest = finalizers.filter((other) => other !== finalizer);
  const body = { metadata: { resourceVersion, finalizers: rest } };
  try {
    const written = await client.patch<T>(resource, namespace, name, body, { type: 'merge' });
    if (rest.length > 0) cache.noteWritten(written);
    else cache.noteDeleted(object);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    cache.noteDeleted(object);
  }
}

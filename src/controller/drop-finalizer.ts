import { isConflict, isNotFound, type Cache, type KubeClient, type KubeObject, type ResourceType } from './runtime';

/** Takes our finalizer off an object, and nobody else's; false when the object has to be looked at again before that. */
export async function dropFinalizer<T extends KubeObject>(
  client: KubeClient,
  resource: ResourceType,
  cache: Cache<T>,
  object: T,
  finalizer: string,
): Promise<boolean> {
  const { namespace, name, resourceVersion, finalizers = [] } = object.metadata;
  const rest = finalizers.filter((other) => other !== finalizer);
  const body = { metadata: { resourceVersion, finalizers: rest } };
  const note = (left: T | undefined): void => (left ? cache.noteWritten(left) : cache.noteDeleted(object));
  try {
    const written = await client.patch<T>(resource, namespace, name, body, { type: 'merge' });
    note(rest.length > 0 ? written : undefined);
  } catch (error) {
    if (isConflict(error)) {
      note(await client.get<T>(resource, namespace, name));
      return false;
    }
    if (!isNotFound(error)) throw error;
    note(undefined);
  }
  return true;
}

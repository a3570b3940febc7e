import type { DeleteOptions, KubeClient } from './client-types';
import { isConflict } from './errors';
import type { ResourceType } from './objects';

/** The one that is meant. */
interface Identity {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

/**
 * Deletes this very object, and none that has its name by now. A conflict mostly means that there is such a one; it is not taken
 * for that unread, since what counts as deleted is not deleted again.
 *
 * @throws KubeError where the object may still be there
 */
export async function deleteObject(
  client: KubeClient,
  resource: ResourceType,
  { namespace, name, uid }: Identity,
  options: Pick<DeleteOptions, 'propagationPolicy' | 'signal'> = {},
): Promise<void> {
  try {
    await client.delete(resource, namespace, name, { ...options, uid });
  } catch (error) {
    if (!isConflict(error)) throw error;
    const { signal } = options;
    const live = await client.get(resource, namespace, name, { ...(signal && { signal }) });
    if (live?.metadata.uid === uid) throw error;
  }
}

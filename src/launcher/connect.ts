import type { Clock } from '../time';
import { LauncherClient } from './client';
import { PoolAccess } from './credentials';
import type { Identity } from './identity';

/** A client that proves itself with the pool's credentials from `folder`. @throws LauncherExit (`credentials`) */
export async function connect(
  folder: string,
  identity: Identity,
  clock: Clock,
): Promise<{ client: LauncherClient; access: PoolAccess }> {
  const access = await PoolAccess.open(folder, clock);
  return { client: new LauncherClient({ access, identity }), access };
}

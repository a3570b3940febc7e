import { FipsError, requireFips } from '../network/fips';
import { Proxies, ProxySettingError } from '../network/proxies';
import { EXIT } from '../protocol/exit-codes';
import type { Clock } from '../time';
import { LauncherClient } from './client';
import { PoolAccess } from './credentials';
import { LauncherExit } from './exit';
import type { Identity } from './identity';

/** A client that proves itself with the pool's credentials from `folder`. @throws LauncherExit (`credentials`, `usage`) */
export async function connect(
  folder: string,
  identity: Identity,
  clock: Clock,
): Promise<{ client: LauncherClient; access: PoolAccess }> {
  const proxies = surroundings();
  const access = await PoolAccess.open(folder, clock);
  return { client: new LauncherClient({ access, identity, proxies }), access };
}

/** What the variables of the container ask for. @throws LauncherExit (`usage`) */
function surroundings(): Proxies {
  try {
    requireFips();
    return new Proxies();
  } catch (error) {
    if (error instanceof ProxySettingError || error instanceof FipsError) {
      throw new LauncherExit(EXIT.usage, `${error.message}.`);
    }
    throw error;
  }
}

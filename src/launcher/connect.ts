import { poolJwtSource } from '../protocol/auth';
import type { Clock } from '../time';
import { LauncherClient } from './client';
import { readCredentials } from './credentials';
import type { Credentials } from './credentials';
import type { Identity } from './identity';

/** A client that proves itself with the pool's credentials from `folder`. @throws LauncherExit (`credentials`) */
export async function connect(
  folder: string,
  identity: Identity,
  clock: Clock,
): Promise<{ client: LauncherClient; credentials: Credentials }> {
  const credentials = await readCredentials(folder);
  const { token, privateKeyPem } = credentials;
  const jwt = poolJwtSource({ poolId: token.poolId, certificate: token.certificate, privateKeyPem }, () => clock.now());
  return { client: new LauncherClient({ endpoint: token.endpoint, ca: token.ca, jwt, identity }), credentials };
}

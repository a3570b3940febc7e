import type { Logger } from 'pino';
import type { Clock } from '../time';
import { openDatabase } from './database';
import { KeyFiles } from './key-files';
import { KeyRotation } from './key-rotation';
import { isEveryAddress } from './listen';
import type { Opened } from './opened';
import type { ControlPlaneOptions } from './options';
import type { Authority } from './pki/authority';
import { GivenCertificate, OwnCertificate, type CertificateSource } from './pki/server-certificate';
import { ServerTls } from './pki/server-tls';
import { storeOn, type Store } from './store';
import type { DatabaseObserver } from './store/database/observer';
import { prepareSecrets } from './store/secrets';
import { KeyringFile } from './vault';

interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
}

export async function openTls(
  given: ControlPlaneOptions,
  authority: Authority,
  opened: Opened,
  surroundings: Surroundings,
): Promise<ServerTls | null> {
  if (given.tls === false) return null;
  const tls = opened.add(await ServerTls.open(certificateSource(given, authority), authority, surroundings));
  tls.watch();
  return tls;
}

export async function openSecretStore(
  given: ControlPlaneOptions,
  keys: KeyFiles,
  opened: Opened,
  surroundings: Surroundings & { readonly observer: DatabaseObserver },
): Promise<{ store: Store; rotation: KeyRotation }> {
  const keyring = opened.add(new KeyringFile(keys, surroundings));
  const prepare = prepareSecrets(keyring.vault, (message) => surroundings.logger.warn(message));
  const { observer } = surroundings;
  const database = opened.add(await openDatabase(given, { now: given.now ?? Date.now, prepare, observer }));
  const rotation = opened.add(new KeyRotation(keyring, { database, ...surroundings }));
  return { store: storeOn(database, keyring.vault), rotation };
}

export function openKeys({ dataDir, keysDir, apiKey }: ControlPlaneOptions, logger: Logger): KeyFiles {
  const warn = (message: string): void => logger.warn(message);
  if (keysDir === undefined) return KeyFiles.inDataFolder(dataDir, warn);
  return KeyFiles.given(keysDir, apiKey ? ['admin-key.json'] : [], warn);
}

function certificateSource(options: ControlPlaneOptions, authority: Authority): CertificateSource {
  if (options.tlsDir !== undefined) return new GivenCertificate(options.tlsDir);
  return new OwnCertificate(options.dataDir, authority, certificateNames(options));
}

function certificateNames(options: ControlPlaneOptions): string[] {
  const hosts = [options.publicUrl, options.mqttUrl].flatMap((url) =>
    url ? [new URL(url).hostname.replace(/^\[|\]$/g, '')] : [],
  );
  const listened = options.host && !isEveryAddress(options.host) ? [options.host] : [];
  return [...new Set(['localhost', '127.0.0.1', '::1', ...listened, ...hosts, ...(options.tlsSans ?? [])])];
}

/** Encryption of what must not lie readable in the database. */
export { addKey, Keyring, newKeyLine } from './keyring';
export { KEYRING_LOOK_MS, KeyringFile } from './keyring-file';
export { keyOf, MissingKeyError, Vault, VaultError, type Place } from './vault';

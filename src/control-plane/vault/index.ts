/** Encryption of what must not lie readable in the database. */
export { addKey, Keyring, newKeyLine } from './keyring';
export { KEYRING_LOOK_MS, KeyringFile } from './keyring-file';
export { CONTENT_OVERHEAD_BYTES, newContentKey, openContent, sealContent } from './content';
export { keyOf, MissingKeyError, Vault, VaultError, type Place } from './vault';

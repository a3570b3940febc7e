/** Encryption of what must not lie readable in the database. */
export { Keyring, KeyringError, newKeyLine } from './keyring';
export { keyOf, MissingKeyError, Vault, VaultError, type Place } from './vault';

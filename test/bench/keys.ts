import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { atOnce, secondsOf } from '../support/waiting';

/** Threads of Node's pool. */
const THREADS = 4;

/** Seconds that making RSA-2048 keys takes on the thread pool, on all cores that it gets. */
export function secondsOfMakingKeys(count: number): Promise<number> {
  const make = promisify(generateKeyPair);
  const keys = Array.from({ length: count }, () => ({ modulusLength: 2048 }));
  return secondsOf(() => atOnce(THREADS, keys, (options) => make('rsa', options)));
}

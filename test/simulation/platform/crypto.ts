/* In place of `node:crypto` for our own code: what is random follows from the seed. */
import { Random } from '../random';

export * from 'node:crypto';

/** What random bytes come from now. */
let source = new Random('before any seed');

const fill = <T extends ArrayBufferView>(view: T): T => {
  source.fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return view;
};

export const randomBytes = (length: number): Buffer => fill(Buffer.alloc(length));

export function randomUUID(): string {
  const hex = randomBytes(16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** From now on everything random follows from this: ours, that of libraries (`ulid`), and `Math.random`. */
export function followSeed(random: Random): void {
  source = random.fork('bytes');
  Math.random = random.fork('Math.random').next;
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: fill, configurable: true });
}

/* In place of `node:crypto` for our own code: what is random follows from the seed, and what is costly is done once. */
import { createPrivateKey as readKey, X509Certificate as RealCertificate, type KeyObject } from 'node:crypto';
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

const keys = new Map<unknown, KeyObject>();
const certificates = new Map<unknown, RealCertificate>();

/** The few keys of a template are read by every process of every world. */
export function createPrivateKey(pem: Parameters<typeof readKey>[0]): KeyObject {
  const key = keys.get(pem) ?? readKey(pem);
  if (typeof pem === 'string') keys.set(pem, key);
  return key;
}

export const X509Certificate = new Proxy(RealCertificate, {
  construct(target, [pem]: [ConstructorParameters<typeof RealCertificate>[0]]) {
    const certificate = certificates.get(pem) ?? new target(pem);
    if (typeof pem === 'string') certificates.set(pem, certificate);
    return certificate;
  },
});

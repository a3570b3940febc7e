/* A key and a certificate signing request for it (PKCS#10), which the browser's own cryptography signs. */

const KINDS = {
  ec: {
    label: 'ECDSA P-256',
    generate: { name: 'ECDSA', namedCurve: 'P-256' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
    // ecdsa-with-SHA256
    algorithm: '300a06082a8648ce3d040302',
  },
  rsa: {
    label: 'RSA, 4096 bits',
    generate: {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 4096,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    sign: { name: 'RSASSA-PKCS1-v1_5' },
    // sha256WithRSAEncryption
    algorithm: '300d06092a864886f70d01010b0500',
  },
} as const;

export type KeyKind = keyof typeof KINDS;

export const KEY_KINDS = Object.entries(KINDS).map(([kind, { label }]) => ({ kind: kind as KeyKind, label }));

export interface MadeKey {
  readonly privateKeyPem: string;
  readonly requestPem: string;
}

/** @param commonName of the subject */
export async function makeSigningRequest(kind: KeyKind, commonName: string): Promise<MadeKey> {
  const { generate, sign, algorithm } = KINDS[kind];
  const { subtle } = crypto;
  const { privateKey, publicKey } = await subtle.generateKey(generate, true, ['sign', 'verify']);
  const spki = new Uint8Array(await subtle.exportKey('spki', publicKey));
  const info = der(SEQUENCE, der(INTEGER, bytes('00')), subject(commonName), spki, der(ATTRIBUTES));
  const signature = new Uint8Array(await subtle.sign(sign, privateKey, info));
  const signed = kind === 'ec' ? ecSignature(signature) : signature;
  const request = der(SEQUENCE, info, bytes(algorithm), der(BIT_STRING, bytes('00'), signed));
  return {
    privateKeyPem: pem('PRIVATE KEY', new Uint8Array(await subtle.exportKey('pkcs8', privateKey))),
    requestPem: pem('CERTIFICATE REQUEST', request),
  };
}

const [INTEGER, BIT_STRING, OBJECT_ID, UTF8_STRING, SEQUENCE, SET, ATTRIBUTES] = [
  2, 3, 6, 12, 0x30, 0x31, 0xa0,
] as const;

function subject(commonName: string): Uint8Array<ArrayBuffer> {
  const name = der(SEQUENCE, der(OBJECT_ID, bytes('550403')), der(UTF8_STRING, new TextEncoder().encode(commonName)));
  return der(SEQUENCE, der(SET, name));
}

/** Browsers give the two numbers of a signature one behind the other. */
function ecSignature(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = raw.length / 2;
  return der(SEQUENCE, positive(raw.subarray(0, half)), positive(raw.subarray(half)));
}

function positive(number: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = number.findIndex((byte) => byte !== 0);
  const short = number.subarray(first < 0 ? number.length - 1 : first);
  return der(INTEGER, ...(short[0]! >= 0x80 ? [bytes('00')] : []), short);
}

/** A value with its tag and length. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const long = length.toString(16).padStart(length > 0xff ? 4 : 2, '0');
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 + long.length / 2, ...bytes(long)];
  const made = new Uint8Array(head.length + length);
  made.set(head);
  let at = head.length;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

function pem(label: string, content: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...content)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

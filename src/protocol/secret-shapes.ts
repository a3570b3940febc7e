/** The parts of a pool's Secret. */
export type SecretPart = 'token' | 'privateKey';

interface Shape {
  readonly looksLike: (value: string, decoded: string) => boolean;
  /** What it is and what to do, without anything of the value. */
  readonly advice: string;
}

const HAS_PEM = /-----BEGIN [A-Z ]+-----/;
const ENCODE =
  'keep its base64 in the Secret (base64 -w0 FILE), besides the base64 that Kubernetes itself puts below data';

const KEY_SHAPES: readonly Shape[] = [
  { looksLike: (value) => HAS_PEM.test(value), advice: `it looks like the PEM itself: ${ENCODE}` },
  {
    looksLike: (_, decoded) => /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(decoded),
    advice:
      'it looks like a key with a passphrase: take that off (openssl pkey -in FILE -out NEW) and keep the base64 of the new file',
  },
  {
    looksLike: (_, decoded) => /BEGIN (CERTIFICATE|NEW CERTIFICATE|PUBLIC|RSA PUBLIC)/.test(decoded),
    advice:
      'it looks like a certificate, a request for one or a public key: use the private key that the request was made with',
  },
  {
    looksLike: (_, decoded) => /BEGIN OPENSSH/.test(decoded),
    advice: 'it looks like a key in the form of OpenSSH: turn it into PEM (ssh-keygen -p -m PKCS8 -f FILE)',
  },
  {
    looksLike: (_, decoded) => HAS_PEM.test(decoded) && !/[\r\n]/.test(decoded.trim()),
    advice: 'it looks like a PEM on one line: keep its line ends',
  },
  {
    looksLike: (_, decoded) => HAS_PEM.test(decode(decoded)),
    advice: 'it looks encoded twice: encode the PEM only once',
  },
  { looksLike: (_, decoded) => decoded.startsWith('{'), advice: 'it looks like the token: the two may be swapped' },
];

const TOKEN_SHAPES: readonly Shape[] = [
  {
    looksLike: (value) => value.startsWith('{'),
    advice: 'it looks like the decoded token: use the token file exactly as the control plane made it',
  },
  {
    looksLike: (value, decoded) => HAS_PEM.test(value) || HAS_PEM.test(decoded),
    advice: 'it looks like a key or certificate: token and privateKey may be swapped',
  },
  { looksLike: (_, decoded) => decode(decoded).startsWith('{'), advice: 'it looks encoded twice: encode it only once' },
];

const ANY_SHAPES: readonly Shape[] = [
  {
    looksLike: (value) => /^[\w-]+=*$/.test(value) && /[-_]/.test(value),
    advice: 'it looks like base64url: use the standard alphabet, with + and / in place of - and _',
  },
  {
    looksLike: (value) => /^[A-Za-z0-9+/\s]+$/.test(value) && value.replace(/\s/g, '').length % 4 !== 0,
    advice: 'its end is missing: it was cut off, or lost the = that fill it up',
  },
];

/** What a value that cannot be used looks like and what to do; undefined when it looks like nothing known. */
export function shapeAdvice(part: SecretPart, value: string): string | undefined {
  const text = value.replace(/^\uFEFF/, '').trim();
  const shapes = [...(part === 'token' ? TOKEN_SHAPES : KEY_SHAPES), ...ANY_SHAPES];
  return shapes.find(({ looksLike }) => looksLike(text, decode(text)))?.advice;
}

/** The sentence with that advice behind it. */
export function withShapeAdvice(sentence: string, part: SecretPart, value: string): string {
  const advice = shapeAdvice(part, value);
  return advice === undefined ? sentence : `${sentence}: ${advice}`;
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64')
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
}

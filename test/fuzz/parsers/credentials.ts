import { generateKeyPairSync } from 'node:crypto';
import { RequestError } from '../../../src/control-plane/errors';
import { bearer } from '../../../src/control-plane/http/app';
import { readKeySet } from '../../../src/control-plane/identity/key-set';
import { readSigningRequest } from '../../../src/control-plane/pki/csr';
import { parsePrivateKey } from '../../../src/protocol/auth';
import { shapeAdvice } from '../../../src/protocol/secret-shapes';
import { CredentialsError, encodeToken, parseToken } from '../../../src/protocol/token';
import { SIGNING_REQUEST } from './certificate';
import { parser, type Parser } from '../support/parser';
import { nearly, nearlyJson, times } from '../support/nearly';

/** The same each time: what is found must be found again. */
const KEY = generateKeyPairSync('ed25519');
const PEM = KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const BASE64 = (text: string): string => Buffer.from(text).toString('base64');
const TOKEN = {
  version: 1,
  poolId: '01HPS9HDSWCQ73RPDTVAK0KK0A',
  endpoint: 'https://pools.example:8443',
  mqtt: 'mqtts://pools.example:8883',
  ca: '',
  certificate: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
};
const JWT = `${['{"alg":"EdDSA","kid":"a"}', '{"sub":"x"}'].map((part) => Buffer.from(part).toString('base64url')).join('.')}.c2ln`;

const isNoSecret = (said: unknown): void => {
  if (typeof said === 'string' && /[A-Za-z0-9+/]{40}/.test(said)) throw new Error(`a part of it is told: ${said}`);
};

export const CREDENTIALS: readonly Parser[] = [
  parser({
    name: 'the token of a pool',
    given: nearly(encodeToken(TOKEN as never), BASE64(JSON.stringify({ ...TOKEN, version: 2 })), JSON.stringify(TOKEN)),
    parse: parseToken,
    refusesWith: [CredentialsError],
    growing: [
      { title: 'white space', of: (length) => times(' \n', length) },
      { title: 'brackets', of: (length) => BASE64(times('[', length)) },
      { title: 'names', of: (length) => BASE64(`{${times('"a":1,', length)}"b":1}`) },
    ],
  }),
  parser({
    name: 'the shape of a Secret',
    given: nearly(BASE64(PEM), PEM, encodeToken(TOKEN as never), 'base64:', '-----BEGIN ENCRYPTED PRIVATE KEY-----'),
    parse: (text) => [shapeAdvice('token', text), shapeAdvice('privateKey', text)],
    check: (said) => (said as unknown[]).forEach(isNoSecret),
    growing: [{ title: 'begins of keys', of: (length) => times('-----BEGIN A', length) }],
  }),
  parser({
    name: 'the private key of a pool',
    given: nearly(BASE64(PEM), PEM),
    parse: parsePrivateKey,
    refusesWith: [CredentialsError],
    growing: [
      { title: 'begins of keys', of: (length) => times('-----BEGIN A', length) },
      { title: 'a body without an end', of: (length) => BASE64(`-----BEGIN PRIVATE KEY-----\n${times('A', length)}`) },
    ],
  }),
  parser({
    name: 'a signing request (CSR)',
    given: nearly(
      SIGNING_REQUEST,
      BASE64(SIGNING_REQUEST),
      `${SIGNING_REQUEST}${SIGNING_REQUEST}`,
      PEM + SIGNING_REQUEST,
    ),
    parse: readSigningRequest,
    refusesWith: [RequestError],
    growing: [
      { title: 'begins of it', of: (length) => times('-----BEGIN CERTIFICATE REQUEST-----', length) },
      { title: 'base64', of: (length) => times('AAAA', length) },
    ],
  }),
  parser({
    name: 'the header Authorization',
    given: nearly(`Bearer ${JWT}`, `bearer  ${JWT} `, `Basic ${BASE64('a:b')}`),
    parse: bearer,
    growing: [
      { title: 'blanks', of: (length) => `Bearer${times(' ', length)}` },
      { title: 'words', of: (length) => `Bearer ${times('a ', length)}` },
    ],
  }),
  parser({
    name: 'the keys of an issuer (JWKS)',
    given: nearlyJson({ keys: [KEY.publicKey.export({ format: 'jwk' }), { kty: 'RSA', n: 'AQAB', e: 'AQAB' }] }),
    // What it throws is a sentence for whoever names the issuer, put into an error of ours.
    parse: readKeySet,
    refusesWith: [Error],
    growing: [
      { title: 'keys that are none', of: (length) => ({ keys: Array<object>(length).fill({}) }), from: 16_000 },
    ],
  }),
];

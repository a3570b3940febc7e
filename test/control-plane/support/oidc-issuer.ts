import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose';

interface TestKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

type Answer = (response: ServerResponse, path: string) => void;

/** An issuer of tokens on this machine, which can be told to misbehave. */
export class TestIssuer {
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  keys: TestKey[] = [];
  /** In place of its usual answer. @default - the usual one */
  answer: Answer | undefined;
  discovery: Record<string, unknown> = {};

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestIssuer> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      issuer.asked.push(path);
      (issuer.answer ?? issuer.usual)(response, path);
    });
    const issuer = new TestIssuer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await issuer.rotate('first');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get jwks(): { readonly keys: JWK[] } {
    return { keys: this.keys.map(({ publicJwk }) => publicJwk) };
  }

  /** From now on it signs by another key alone. */
  async rotate(kid: string): Promise<void> {
    this.keys = [await newKey(kid)];
  }

  /** One that is good for `claims` that say nothing else. */
  async token(
    claims: Readonly<Record<string, unknown>> = {},
    header: Partial<JWTHeaderParameters> = {},
    key = this.keys[0]!,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: this.url, aud: 'worker-pools', sub: SUBJECT, iat: now, exp: now + 600 };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
      .sign(key.privateKey, { crit: { vendor: true } });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private readonly usual: Answer = (response, path) => {
    const discovery = { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.discovery };
    response.setHeader('Content-Type', 'application/json');
    if (path === '/.well-known/openid-configuration') response.end(JSON.stringify(discovery));
    else if (path === '/keys') response.end(JSON.stringify(this.jwks));
    else response.writeHead(404).end();
  };
}

export const SUBJECT = 'system:serviceaccount:runners:controller';

export async function newKey(kid: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

/* In place of `jose` for whoever signs: real signatures would wait for threads, and prove nothing here. */

interface Claims {
  iss?: string;
  aud?: string;
  iat?: number;
  exp?: number;
}

export const importPKCS8 = (pem: string): Promise<string> => Promise.resolve(pem);

export class SignJWT {
  private header: object = {};
  private readonly claims: Claims = {};

  setProtectedHeader(header: object): this {
    this.header = header;
    return this;
  }

  setIssuer(issuer: string): this {
    this.claims.iss = issuer;
    return this;
  }

  setAudience(audience: string): this {
    this.claims.aud = audience;
    return this;
  }

  setIssuedAt(seconds: number): this {
    this.claims.iat = seconds;
    return this;
  }

  setExpirationTime(seconds: number): this {
    this.claims.exp = seconds;
    return this;
  }

  sign(): Promise<string> {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return Promise.resolve(`${part(this.header)}.${part(this.claims)}.simulated`);
  }
}

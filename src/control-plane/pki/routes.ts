import { Hono } from 'hono';
import type { Authority } from './authority';

interface Revoked {
  readonly certificate: string;
  readonly revokedAt: number;
}

/** What a broker needs to tell the pools' certificates from others; nothing of it is secret. */
export function pkiRoutes(authority: Authority, revoked: () => readonly Revoked[] | Promise<readonly Revoked[]>): Hono {
  let made = { of: '', list: Promise.resolve('') };
  const app = new Hono();
  app.get('/ca.crt', (c) => c.text(authority.certificatePem));
  app.get('/crl.pem', async (c) => {
    const present = await revoked();
    const of = `${present.length} ${present.at(-1)?.revokedAt}`;
    if (made.of !== of) made = { of, list: authority.revocationList(present) };
    return c.text(await made.list);
  });
  return app;
}

import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { authenticatePool } from '../../../src/control-plane/identity/pool-identity';
import { EC_P256, randomSerialNumber, x509 } from '../../../src/control-plane/pki/x509';
import { certificateFingerprint, requireMatchingPair, signPoolJwt } from '../../../src/protocol/auth';
import { proofChecks } from '../support/proofs';
import { TestQueue } from '../support/queue';

const YEAR_MS = 365 * 24 * 3600 * 1000;

let queue: TestQueue;
beforeEach(async () => {
  queue = await TestQueue.ready();
});
afterEach(() => queue.close());

/** As older releases made them, with an end. */
async function certificateOf(privateKeyPem: string, notBefore: number, notAfter: number): Promise<string> {
  const spki = createPublicKey(createPrivateKey(privateKeyPem)).export({ format: 'der', type: 'spki' });
  const authority = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject: `CN=${queue.pool.id}`,
    issuer: 'CN=an authority',
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    publicKey: new x509.PublicKey(spki),
    signingKey: authority.privateKey,
    signingAlgorithm: EC_P256,
  });
  return certificate.toString('pem');
}

test.each([
  ['has ended', -11 * YEAR_MS, -YEAR_MS],
  ['begins in a year, because the clock was ahead when it was made', YEAR_MS, 11 * YEAR_MS],
])('a pool whose certificate %s is the pool still: it stands for the key on file', async (_, begin, end) => {
  const { id, privateKeyPem } = queue.pool;
  const certificate = await certificateOf(privateKeyPem, queue.now + begin, queue.now + end);
  requireMatchingPair(certificate, privateKeyPem);
  await queue.context.store.transaction((tx) =>
    tx.pools.setCredentials(id, { certificate, fingerprint: certificateFingerprint(certificate) }, queue.now),
  );
  const jwt = await signPoolJwt({ poolId: id, certificate, privateKeyPem, now: queue.now });
  expect(
    await authenticatePool(queue.context.store.read, jwt, queue.now, proofChecks().from('127.0.0.1', 'pool')),
  ).toBe(id);
});

import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { startSecureMetrics, type MetricsServer } from '../../src/controller/metrics-server';
import { silentLogger, type KubeClient, type KubeObject, type ResourceType } from '../../src/controller/runtime';
import { ServingCertificate } from '../../src/controller/serving-certificate';
import { FakeClock, settle } from '../support/fake-clock';

const DAY_MS = 86_400_000;

describe('the secure metrics', () => {
  let folder: string;
  let clock: FakeClock;
  let server: MetricsServer;
  /** Reviews that the API server was asked for. */
  let asked: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'metrics-'));
    clock = new FakeClock(Date.now());
    asked = [];
    const client = {
      separate: () => client,
      close: () => Promise.resolve(),
      create: (resource: ResourceType, _namespace: unknown, { spec }: KubeObject & { spec: { token?: string } }) => {
        asked.push(resource.kind);
        const authenticated = spec.token !== 'stranger';
        return Promise.resolve({ status: { authenticated, allowed: true, user: { username: 'prometheus' } } });
      },
    };
    server = await startSecureMetrics({
      address: { port: 0, host: '127.0.0.1' },
      registry: new Registry(),
      client: client as unknown as KubeClient,
      logger: silentLogger,
      clock,
      certificateFolder: folder,
    });
  });

  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function scrape(token: string): Promise<{ status: number | undefined; serial: string }> {
    const { port } = server;
    const headers = { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      request(
        { port, host: '127.0.0.1', path: '/metrics', agent: false, rejectUnauthorized: false, headers },
        (answer) => {
          const { serialNumber } = (answer.socket as TLSSocket).getPeerX509Certificate() as X509Certificate;
          answer.resume().on('end', () => resolve({ status: answer.statusCode, serial: serialNumber }));
        },
      )
        .on('error', reject)
        .end();
    });
  }

  /** As cert-manager writes it. */
  async function putCertificate(): Promise<string> {
    const { cert, key } = await new ServingCertificate('/nowhere', clock).current();
    writeFileSync(join(folder, 'tls.crt'), cert);
    writeFileSync(join(folder, 'tls.key'), key);
    return new X509Certificate(cert).serialNumber;
  }

  async function untilServed(serial: string): Promise<void> {
    while ((await scrape('prometheus')).serial !== serial) await settle();
  }

  test('ask the API server once a minute about a caller whom it lets in, however often he comes', async () => {
    const [one, other] = await Promise.all([scrape('prometheus'), scrape('prometheus')]);
    await scrape('prometheus');
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(asked).toEqual(['TokenReview', 'SubjectAccessReview']);
    await clock.advance(60_000);
    await scrape('prometheus');
    expect(asked).toHaveLength(4);
  });

  test('ask again about a stranger after ten seconds', async () => {
    expect((await scrape('stranger')).status).toBe(401);
    await scrape('stranger');
    expect(asked).toEqual(['TokenReview']);
    await clock.advance(10_000);
    await scrape('stranger');
    expect(asked).toEqual(['TokenReview', 'TokenReview']);
  });

  test('are served with the certificate that lies in the files now', async () => {
    for (let renewals = 0; renewals < 2; renewals += 1) {
      const serial = await putCertificate();
      await clock.advance(60_000);
      await untilServed(serial);
    }
  });

  test('keep their certificate while half of a new pair is there', async () => {
    const serial = await putCertificate();
    await clock.advance(60_000);
    await untilServed(serial);
    writeFileSync(join(folder, 'tls.crt'), (await new ServingCertificate('/nowhere', clock).current()).cert);
    await clock.advance(60_000);
    await settle();
    expect((await scrape('prometheus')).serial).toBe(serial);
  });
});

test('a certificate of our own is renewed long before its year is over', async () => {
  const clock = new FakeClock(Date.now());
  const certificate = new ServingCertificate('/nowhere', clock);
  const first = await certificate.current();
  await clock.advance(179 * DAY_MS);
  expect(await certificate.current()).toBe(first);
  await clock.advance(DAY_MS);
  const second = new X509Certificate((await certificate.current()).cert);
  expect(second.validToDate.getTime()).toBeGreaterThan(clock.now() + 364 * DAY_MS);
});

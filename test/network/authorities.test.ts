import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mountedAuthorities, trustedAuthorities } from '../../src/network/authorities';
import { connectMqtt, connectPoll } from '../../src/protocol/client';
import { makePool, TestControlPlane } from '../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../support/folder';

let controlPlane: TestControlPlane;
let folder: string;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start();
});

afterAll(() => controlPlane.close());

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => removeFolder(folder));

const pem = (text: string): string => text.replace(/\s/g, '');

describe('certificates that somebody mounts', () => {
  it('are those of every file, whatever a bundle says between them', () => {
    writeFileSync(join(folder, 'one.crt'), controlPlane.ca);
    mkdirSync(join(folder, 'corp'));
    writeFileSync(join(folder, 'corp', 'bundle'), `# ours\n${controlPlane.ca}\n# again\n${controlPlane.ca}`);
    const { certificates, unusable } = mountedAuthorities(folder);
    expect(certificates.map(pem)).toEqual([1, 2, 3].map(() => pem(controlPlane.ca)));
    expect(unusable).toEqual([]);
  });

  it('are read once of a volume as Kubernetes keeps it', () => {
    mkdirSync(join(folder, '..2026_01_01'));
    writeFileSync(join(folder, '..2026_01_01', 'ca.crt'), controlPlane.ca);
    symlinkSync('..2026_01_01', join(folder, '..data'));
    symlinkSync(join('..data', 'ca.crt'), join(folder, 'ca.crt'));
    expect(mountedAuthorities(folder).certificates).toHaveLength(1);
  });

  it('are none where nothing is mounted', () => {
    expect(mountedAuthorities(join(folder, 'nothing'))).toEqual({ certificates: [], unusable: [] });
  });

  it.each([
    ['no certificate', 'a note'],
    ['a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ])('are told from a file that holds %s, which spoils no other', (_, text) => {
    writeFileSync(join(folder, 'bad'), text);
    writeFileSync(join(folder, 'good'), controlPlane.ca);
    const { certificates, unusable } = mountedAuthorities(folder);
    expect(certificates).toHaveLength(1);
    expect(unusable).toEqual([join(folder, 'bad')]);
  });
});

describe('whom a connection trusts', () => {
  it.each<[string, string, boolean, () => readonly string[] | undefined]>([
    ['nobody but whom Node.js knows', '', false, () => undefined],
    ['the authority of the token alone', 'token', false, () => ['token']],
    ['both', 'token', true, () => ['token', controlPlane.ca]],
    ['whom Node.js knows and who was mounted', '', true, () => [...getCACertificates('default'), controlPlane.ca]],
  ])('%s', (_, tokenCa, mounted, expected) => {
    if (mounted) writeFileSync(join(folder, 'ca.crt'), controlPlane.ca);
    expect(trustedAuthorities(tokenCa, folder)?.map(pem)).toEqual(expected()?.map(pem));
  });

  it.each([
    ['mqtt', connectMqtt],
    ['poll', connectPoll],
  ])('over %s, too, when the token names no authority', async (transport, connect) => {
    writeFileSync(join(folder, 'ca.crt'), controlPlane.ca);
    const { token, privateKeyPem } = await makePool(controlPlane, `pool-${transport}`);
    const options = { token: { ...token, ca: '' }, privateKeyPem, session: crypto.randomUUID(), userAgent: 'test/1' };
    const settled = (authorities: string): Promise<string> =>
      new Promise((resolve) => {
        const session = connect(
          { ...options, authorities },
          {
            onView: () => undefined,
            onStatus: (status) => {
              resolve(status.state === 'failed' ? status.cause : status.state);
              void Promise.resolve().then(() => session.close());
            },
          },
        );
      });
    expect(await settled(join(folder, 'nothing'))).toBe('certificate');
    expect(await settled(folder)).toBe('connected');
  });
});

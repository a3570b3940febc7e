import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import {
  GivenCertificate,
  OwnCertificate,
  type CertificateSource,
} from '../../../src/control-plane/pki/server-certificate';
import { CERTIFICATE_LOOK_MS, ServerTls } from '../../../src/control-plane/pki/server-tls';
import { keepIdentity } from '../../../src/control-plane/server-identity';
import { FakeClock } from '../../support/fake-clock';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';

const DAY = 24 * 3600 * 1000;
const NAMES = ['localhost', '127.0.0.1', '::1'];

let folder: string;
let clock: FakeClock;
let authority: Authority;
let logged: string[];
let opened: { close(): void }[];

beforeEach(async () => {
  folder = temporaryFolder();
  // Until what is renewed is valid for real clients, who see the system's time.
  clock = new FakeClock(Date.now() - 251 * DAY);
  authority = await Authority.open(KeyFiles.inDataFolder(folder), () => clock.now());
  logged = [];
  opened = [];
});
afterEach(() => {
  for (const each of opened) each.close();
  removeFolder(folder);
});

const at = (...path: string[]): string => join(folder, ...path);
const own = (names = NAMES, chance = 0): OwnCertificate => new OwnCertificate(folder, authority, names, chance);
const serial = (pem: string): string => new X509Certificate(pem).serialNumber;

async function start(source: CertificateSource): Promise<ServerTls> {
  const logger = pino({ base: undefined }, { write: (line: string) => void logged.push(line) });
  const tls = await ServerTls.open(source, authority, { clock, logger });
  tls.watch();
  opened.push(tls);
  return tls;
}

/** Lets time go by and looks once at its end, instead of each minute. */
async function pass(ms: number, isDone: () => boolean = () => true): Promise<void> {
  await clock.standStill(ms);
  await clock.advance(CERTIFICATE_LOOK_MS);
  await until(isDone, 'the look at the certificate is over');
}

describe('the certificate of the server', () => {
  const look = async (source: CertificateSource): Promise<string> => serial((await source.look(clock.now())).pair.cert);

  test('is the same after a restart, for as long as it is good', async () => {
    const first = await look(own());
    expect(await look(own())).toBe(first);
    expect(await look(own([...NAMES, 'control-plane.svc']))).not.toBe(first);
  });

  test('is made anew where the file is of no use', async () => {
    const first = await look(own());
    writeFileSync(at('server.pem'), 'rubbish');
    expect(await look(own())).not.toBe(first);
  });

  test('is made anew by another authority, though that has the same name', async () => {
    const first = await look(own());
    mkdirSync(at('other'));
    const other = await Authority.open(KeyFiles.inDataFolder(at('other')), () => clock.now());
    const source = new OwnCertificate(folder, other, NAMES, 0);
    expect(await look(source)).not.toBe(first);
  });

  test('is renewed while the server runs, without anybody asking', async () => {
    const tls = await start(own());
    const first = serial(tls.cert);
    await pass(238 * DAY);
    expect(serial(tls.cert)).toBe(first);
    await pass(8 * DAY, () => serial(tls.cert) !== first);
    expect(tls.endsAt).toBeGreaterThan(clock.now() + 360 * DAY);
    expect(logged.join('')).toContain('the larger part of its life is over');
  });

  test('is valid for clients whose clock is an hour behind', async () => {
    const tls = await start(own());
    expect(new X509Certificate(tls.cert).validFromDate.getTime()).toBeLessThanOrEqual(clock.now() - 3600 * 1000);
  });
});

describe('a server that listens', () => {
  let server: Server;

  async function listen(tls: ServerTls): Promise<number> {
    server = createServer({ cert: tls.cert, key: tls.key }, (socket) => socket.pipe(socket));
    keepIdentity(server, tls);
    opened.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return (server.address() as { port: number }).port;
  }

  async function session(port: number, ca = authority.certificatePem): Promise<TLSSocket> {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
    opened.push({ close: () => socket.destroy() });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', () => resolve()).once('error', reject));
    return socket;
  }

  async function echo(socket: TLSSocket, text: string): Promise<string> {
    const answer = new Promise<string>((resolve) => socket.once('data', (bytes: Buffer) => resolve(bytes.toString())));
    socket.write(text);
    return answer;
  }

  test('shows the renewed certificate to who connects, while a session that is open goes on', async () => {
    const tls = await start(own());
    const port = await listen(tls);
    const open = await session(port);
    const before = open.getPeerCertificate().serialNumber;
    expect(await echo(open, 'before')).toBe('before');

    await pass(250 * DAY, () => serial(tls.cert) !== before);

    expect(await echo(open, 'after')).toBe('after');
    const fresh = await session(port);
    expect(fresh.getPeerCertificate().serialNumber).toBe(serial(tls.cert));
    expect(serial(tls.cert)).not.toBe(before);
  });

  test('is trusted by tokens of the former authority and of the next, while one replaces the other', async () => {
    const former = authority.certificatePem;
    mkdirSync(at('next'));
    const next = await Authority.open(KeyFiles.inDataFolder(at('next')), () => clock.now());
    writeFileSync(at('ca.crt'), former + next.certificatePem);
    const both = await Authority.open(KeyFiles.inDataFolder(folder), () => clock.now());
    expect(both.certificatePem).toBe(former + next.certificatePem);

    // First the former signs, so that nobody is cut off; clients get tokens with both.
    authority = both;
    const first = await listen(await start(own()));
    for (const ca of [former, both.certificatePem]) expect((await session(first, ca)).authorized).toBe(true);

    // Then the next, which those tokens know already.
    copyFileSync(at('next', 'ca.key'), at('ca.key'));
    authority = await Authority.open(KeyFiles.inDataFolder(folder), () => clock.now());
    const second = await listen(await start(own()));
    for (const ca of [both.certificatePem, next.certificatePem])
      expect((await session(second, ca)).authorized).toBe(true);
    await expect(session(second, former)).rejects.toThrow();
  });
});

describe('a certificate that is given', () => {
  let made = 0;

  /** As Kubernetes mounts a Secret: the files are links into a folder, which is exchanged as a whole. */
  async function mount(names = NAMES, keyOf?: string): Promise<string> {
    const { certificate, key } = await authority.issueServer(names);
    const version = `..version-${(made += 1)}`;
    mkdirSync(at('tls', version), { recursive: true });
    writeFileSync(at('tls', version, 'tls.crt'), certificate);
    writeFileSync(at('tls', version, 'tls.key'), keyOf ?? key);
    symlinkSync(version, at('tls', '..next'));
    renameSync(at('tls', '..next'), at('tls', '..data'));
    for (const name of ['tls.crt', 'tls.key']) {
      rmSync(at('tls', name), { force: true });
      symlinkSync(join('..data', name), at('tls', name));
    }
    return serial(certificate);
  }

  test('is taken, and taken again when it is exchanged', async () => {
    const first = await mount();
    const tls = await start(new GivenCertificate(at('tls')));
    expect(serial(tls.cert)).toBe(first);
    const second = await mount();
    await pass(0, () => serial(tls.cert) === second);
  });

  test('stays while the files that replace it do not belong together', async () => {
    const first = await mount();
    const tls = await start(new GivenCertificate(at('tls')));
    const { key } = await authority.issueServer(NAMES);
    await mount(NAMES, key);
    await pass(0, () => logged.some((line) => line.includes('cannot be used')));
    expect(serial(tls.cert)).toBe(first);
    const third = await mount();
    await pass(0, () => serial(tls.cert) === third);
    expect(logged.join('')).not.toContain('PRIVATE KEY');
  });

  test.each([
    ['there are no files', () => Promise.resolve(), 'tls.crt cannot be read (ENOENT)'],
    ['the key is of another', async () => mount(NAMES, (await authority.issueServer(NAMES)).key), 'cannot be used'],
  ])('is refused at the start when %s', async (_, prepare, sentence) => {
    await prepare();
    await expect(start(new GivenCertificate(at('tls')))).rejects.toThrow(sentence);
  });

  test('brings what clients need to trust it into the tokens, and nothing where everybody trusts it', async () => {
    await mount();
    const tls = await start(new GivenCertificate(at('tls')));
    expect(tls.ca).toBe('');
    writeFileSync(at('tls', 'ca.crt'), authority.certificatePem);
    expect(tls.ca).toBe(authority.certificatePem);
  });

  test('is warned of once a day when nobody renews it', async () => {
    await mount();
    await start(new GivenCertificate(at('tls')));
    const warnings = (): number => logged.filter((line) => line.includes('(tls.crt)')).length;
    await pass(350 * DAY);
    expect(warnings()).toBe(0);
    for (const [days, expected] of [
      [2, 1],
      [0, 1],
      [0.5, 1],
      [0.6, 2],
    ] as const) {
      await pass(days * DAY);
      expect(warnings()).toBe(expected);
    }
  });
});

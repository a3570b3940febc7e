import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import { Destinations } from '../../../src/control-plane/webhooks/destinations';
import { send } from '../../../src/control-plane/webhooks/send';
import { Proxies } from '../../../src/network/proxies';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { freePort } from '../../support/own-servers';
import { PROXIED_HOST, Tinyproxy } from '../../support/tinyproxy';
import { Receiver } from './support/receiver';

let proxy: Tinyproxy;
let receiver: Receiver;

beforeAll(async () => {
  proxy = await Tinyproxy.start();
}, INSTALL_TIMEOUT_MS);
afterAll(() => proxy.stop());
afterEach(() => receiver.stop());

const by = (url: string) => new Proxies({ HTTPS_PROXY: url, HTTP_PROXY: url });
const sending = (endpoint: string) => ({ endpoint, body: '{}', headers: {} });
const portOf = ({ url }: Receiver) => new URL(url).port;

test('a webhook to an address goes through the proxy', async () => {
  receiver = await Receiver.start(204);
  const destinations = new Destinations([PROXIED_HOST]);
  const endpoint = `http://${PROXIED_HOST}:${portOf(receiver)}/hook`;
  expect(await send(sending(endpoint), { destinations, proxies: by(proxy.url) })).toEqual({ status: 204, error: null });
  expect(receiver.received).toMatchObject([{ path: '/hook', body: '{}' }]);
  expect(proxy.asked.at(-1)).toBe(new URL(endpoint).host);
});

test('of a name, the proxy is asked for the address that was looked at, and the receiver has to have the name', async () => {
  const folder = temporaryFolder();
  const authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
  const { certificate: cert, key } = await authority.issueServer(['receiver.example']);
  receiver = await Receiver.start(204, { cert, key });
  const lookup: Destinations['lookup'] = (_name, _options, done) => done(null, PROXIED_HOST, 4);
  const destinations = Object.assign(new Destinations(), { lookup });
  const options = { destinations, proxies: by(proxy.url), ca: [authority.certificatePem] };
  const to = (name: string) => send(sending(`https://${name}:${portOf(receiver)}/`), options);
  expect(await to('receiver.example')).toEqual({ status: 204, error: null });
  expect(proxy.asked.at(-1)).toBe(`${PROXIED_HOST}:${portOf(receiver)}`);
  expect((await to('other.example')).error).toMatch(/does not match certificate's altnames/);
  removeFolder(folder);
});

test('a proxy leads to no address that is not allowed', async () => {
  receiver = await Receiver.start(204);
  const before = proxy.asked.length;
  const sent = await send(sending('http://169.254.169.254/latest/meta-data'), {
    destinations: new Destinations(),
    proxies: by(proxy.url),
  });
  expect(sent.error).toBe('169.254.169.254 is no public address, and the setting webhookNetworks does not allow it');
  expect(proxy.asked).toHaveLength(before);
});

test('what fails at the proxy says so, without its password', async () => {
  receiver = await Receiver.start(204);
  const url = `http://127.0.0.1:${await freePort()}`;
  const endpoint = `http://${PROXIED_HOST}:${portOf(receiver)}/`;
  const proxies = by(url.replace('//', '//me:secret@'));
  expect(await send(sending(endpoint), { destinations: new Destinations([PROXIED_HOST]), proxies })).toEqual({
    status: null,
    error: `the proxy ${url}, which HTTP_PROXY names, cannot be reached: nothing listens there`,
  });
});

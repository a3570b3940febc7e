import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetchDocument } from '../../../src/control-plane/identity/issuer-fetch';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import { ConnectProxy } from '../../support/connect-proxy';
import { removeFolder, temporaryFolder } from '../../support/folder';

/** No name server knows it, but the proxy does. */
const URL_OF_ISSUER = 'https://issuer.invalid/keys';
const DOCUMENT = { keys: [] };

let folder: string;
let authority: Authority;
let issuer: Server;
let proxy: ConnectProxy;

beforeEach(async () => {
  folder = temporaryFolder();
  authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
  const { certificate: cert, key } = await authority.issueServer(['issuer.invalid', '127.0.0.1']);
  issuer = createServer({ cert, key }, (_, response) => response.end(JSON.stringify(DOCUMENT)));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  proxy = await ConnectProxy.start(portOf(issuer));
});

afterEach(async () => {
  await proxy.close();
  issuer.closeAllConnections();
  await new Promise((resolve) => issuer.close(resolve));
  removeFolder(folder);
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const fetchBy = (environment: Record<string, string>, url = URL_OF_ISSUER) =>
  fetchDocument(url, authority.certificatePem, { environment });

describe('a document of an issuer is fetched', () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])('by the proxy that %s names', async (name) => {
    expect(await fetchBy({ [name]: proxy.url })).toEqual(DOCUMENT);
    expect(proxy.asked).toEqual(['issuer.invalid:443']);
  });

  test.each(['issuer.invalid', '.invalid', '*'])('without it where NO_PROXY says %s', async (noProxy) => {
    await expect(fetchBy({ HTTPS_PROXY: proxy.url, NO_PROXY: noProxy })).rejects.toThrow();
    expect(proxy.asked).toEqual([]);
  });

  test('without it from this machine', async () => {
    const url = `https://127.0.0.1:${portOf(issuer)}/keys`;
    expect(await fetchBy({ HTTPS_PROXY: proxy.url }, url)).toEqual(DOCUMENT);
    expect(proxy.asked).toEqual([]);
  });
});

describe('no document comes by a proxy', () => {
  test('that refuses, and the sentence says so', async () => {
    proxy.refusal = '407 Proxy Authentication Required';
    await expect(fetchBy({ HTTPS_PROXY: proxy.url })).rejects.toThrow(/^https:\/\/issuer\.invalid\/keys: .*407/s);
  });

  test('that leads to somebody whom no authority knows', async () => {
    await expect(fetchDocument(URL_OF_ISSUER, null, { environment: { HTTPS_PROXY: proxy.url } })).rejects.toThrow(
      /certificate/,
    );
  });
});

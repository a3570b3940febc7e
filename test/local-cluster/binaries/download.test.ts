import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checksumFor, download, Unavailable } from '../../../src/local-cluster/binaries/download';

const program = '#!/bin/sh\necho real\n';
const sum = createHash('sha256').update(program).digest('hex');
const other = 'a'.repeat(64);

describe('the published checksum is found', () => {
  test.each([
    ['in a bare sum', `${sum}\n`, sum],
    ['in a list', `${other}  other\n${sum}  program\n`, sum],
    ['behind the mark of a binary file', `${sum} *program\n`, sum],
    ['in capitals', sum.toUpperCase(), sum],
    ['but not for another file', `${other}  other\n`, undefined],
    ['but not in a page of a proxy', '<html>sign in</html>', undefined],
  ])('%s', (_case, text, expected) => {
    expect(checksumFor(text, 'program')).toBe(expected);
  });
});

describe('a download', () => {
  let server: Server;
  let site: string;
  let folder: string;
  let files: Record<string, string>;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      const content = files[request.url ?? ''];
      response.writeHead(content === undefined ? 404 : 200).end(content);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    folder = mkdtempSync(join(tmpdir(), 'download-'));
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  const get = (url = `${site}/program`): Promise<void> =>
    download({ url, checksumUrl: `${url}.sha256` }, join(folder, 'target'), folder);

  test('is put in place executable when its checksum is the published one', async () => {
    files = { '/program': program, '/program.sha256': sum };
    await get();
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe(program);
    expect(statSync(join(folder, 'target')).mode & 0o111).toBe(0o111);
  });

  test('with another checksum is an error with both sums, and nothing is put in place', async () => {
    files = { '/program': 'changed', '/program.sha256': sum };
    await expect(get()).rejects.toThrow(new RegExp(`says ${sum}`));
    await expect(get()).rejects.not.toBeInstanceOf(Unavailable);
    expect(existsSync(join(folder, 'target'))).toBe(false);
  });

  test('that is not there may be built instead', async () => {
    files = {};
    await expect(get()).rejects.toBeInstanceOf(Unavailable);
  });

  test('from a site that was silent is not asked for again', async () => {
    files = { '/program': program, '/program.sha256': sum };
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(get()).rejects.toThrow('cannot be reached');
    server.listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(get()).rejects.toBeInstanceOf(Unavailable);
    expect(requests).toEqual([]);
  });
});

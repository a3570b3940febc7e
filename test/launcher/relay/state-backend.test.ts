import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CallError } from '../../../src/launcher/client';
import { StateBackend, type StateBackendOptions } from '../../../src/launcher/relay/state-backend';
import { systemClock } from '../../../src/time';
import { LARGEST_STATE_BYTES, type LockInfo } from '../../../src/protocol/messages';
import { removeFolder, temporaryFolder } from '../../support/folder';

let exchange: string;
let said: string[];
let written: [content: string, lock: string | undefined][];
let heldBy: LockInfo | null;
let failure: CallError | undefined;
let content: string | undefined;
const backends: StateBackend[] = [];

beforeEach(() => {
  exchange = temporaryFolder();
  [said, written, heldBy, failure, content] = [[], [], null, undefined, undefined];
});

afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.close();
  removeFolder(exchange);
});

async function orFail<T>(value: T): Promise<T> {
  await Promise.resolve();
  if (failure) throw failure;
  return value;
}

const client: StateBackendOptions['client'] = {
  state: () => orFail(content === undefined ? undefined : Readable.from([content])),
  writeState: async (body, _bytes, lock) => {
    await orFail(undefined);
    written.push([await text(body), lock]);
  },
  lockState: () => orFail({ heldBy }),
  unlockState: () => orFail({ heldBy }),
};

async function open(): Promise<Record<string, string>> {
  const say = (sentence: string): Promise<void> => Promise.resolve(void said.push(sentence));
  backends.push(await StateBackend.open({ client, exchange, clock: systemClock, say }));
  return variables();
}

/** What a step finds in its environment. */
function variables(): Record<string, string> {
  const script = readFileSync(join(exchange, 'state-backend.sh'), 'utf8');
  const found = script.matchAll(/^export (\w+)='(.*)'$/gm);
  return Object.fromEntries([...found].map(([, name = '', value = '']): [string, string] => [name, value]));
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly password?: string;
  readonly headers?: Record<string, string>;
}

/** As the tool asks. */
async function ask(given: Record<string, string>, { method = 'GET', path = '', body = '', ...more }: Ask = {}) {
  const { TF_HTTP_ADDRESS: address = '', TF_HTTP_USERNAME: user = '', TF_HTTP_PASSWORD: known = '' } = given;
  const auth = `${user}:${more.password ?? known}`;
  const headers = more.headers ?? { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = requestHttp(`${address}${path}`, { method, auth, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, text: body }), reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

const LOCK = JSON.stringify({ ID: 'a', Operation: 'OperationTypePlan', Who: 'me' });

describe('the backend that the relay serves to the tool', () => {
  test('gives the state, or says that there is none', async () => {
    const given = await open();
    expect(await ask(given)).toEqual({ status: 204, text: '' });
    content = '{"serial": 1}';
    expect(await ask(given)).toEqual({ status: 200, text: content });
  });

  test('takes a state, with the lock that the tool holds', async () => {
    const given = await open();
    expect(await ask(given, { method: 'POST', path: '?ID=a', body: '{}' })).toMatchObject({ status: 200 });
    expect(await ask(given, { method: 'POST', body: '{}' })).toMatchObject({ status: 200 });
    expect(written).toEqual([
      ['{}', 'a'],
      ['{}', undefined],
    ]);
  });

  test.each([
    ['LOCK', 423],
    ['UNLOCK', 409],
  ])('answers %s by who holds the lock', async (method, status) => {
    const given = await open();
    expect(await ask(given, { method, body: LOCK })).toMatchObject({ status: 200 });
    heldBy = { ID: 'b', Operation: '', Info: 'run 7 holds it', Who: '', Version: '', Created: '', Path: '' };
    const refused = await ask(given, { method, body: LOCK });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([status, heldBy]);
  });

  test.each<[string, Ask, number]>([
    ['a wrong password', { password: 'wrong' }, 401],
    ['another path', { path: 'other' }, 404],
    ['a method that it does not have', { method: 'DELETE' }, 405],
    ['a lock that is none', { method: 'LOCK', body: 'nonsense' }, 400],
    ['a state of unknown length', { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, 411],
  ])('refuses %s', async (_, asked, status) => {
    expect(await ask(await open(), asked)).toMatchObject({ status });
  });

  test('lets nobody else read its password, and sets every variable of this backend', async () => {
    const given = await open();
    expect(statSync(join(exchange, 'state-backend.sh')).mode & 0o777).toBe(0o640);
    expect(given).toMatchObject({ TF_HTTP_ADDRESS: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) });
    expect(given['TF_HTTP_LOCK_ADDRESS']).toBe(given['TF_HTTP_ADDRESS']);
    expect(given['TF_HTTP_PASSWORD']).toMatch(/^[\w-]{43}$/);
  });

  test('is at the same address, with the same password, after the relay was killed', async () => {
    const before = await open();
    await backends.pop()!.close();
    expect(await open()).toEqual(before);
    expect(await ask(before)).toMatchObject({ status: 204 });
  });

  test.each(['nonsense', "export TF_HTTP_ADDRESS='http://127.0.0.1:99999/'\nexport TF_HTTP_PASSWORD='short'\n"])(
    'is somewhere new when a step has spoiled where it was: %j',
    async (spoiled) => {
      const before = await open();
      await backends.pop()!.close();
      writeFileSync(join(exchange, 'state-backend.sh'), spoiled);
      const after = await open();
      expect(after['TF_HTTP_PASSWORD']).not.toBe(before['TF_HTTP_PASSWORD']);
      expect(await ask(after)).toMatchObject({ status: 204 });
    },
  );
});

describe('what the control plane does not take', () => {
  test.each<[string, CallError, number, string]>([
    [
      'is refused for good',
      new CallError('fenced', 'this attempt is over'),
      409,
      'refuses what the tool asks of the state',
    ],
    [
      'is none that is not there',
      new CallError('not-found', 'the run is not known'),
      409,
      'refuses what the tool asks',
    ],
    ['is tried again by the tool', new CallError('unavailable', 'the database is away'), 503, 'the tool tries again'],
  ])('%s, and the log of the run says why', async (_, error, status, sentence) => {
    const given = await open();
    failure = error;
    for (const asked of [{}, { method: 'POST', body: '{}' }, { method: 'LOCK', body: LOCK }]) {
      expect(await ask(given, asked)).toMatchObject({ status });
    }
    expect(said[0]).toContain(sentence);
    expect(said[0]).toContain(error.message);
    expect(said.join()).not.toContain(given['TF_HTTP_PASSWORD']);
  });

  test('is not even sent when it is too large', async () => {
    const given = await open();
    const headers = { 'content-length': String(LARGEST_STATE_BYTES + 1) };
    const answer = await ask(given, { method: 'POST', headers }).catch(() => undefined);
    expect(answer?.status ?? 413).toBe(413);
    expect(said).toEqual([expect.stringContaining('the state has 65 MiB, and the control plane keeps at most 64 MiB')]);
    expect(written).toEqual([]);
  });
});

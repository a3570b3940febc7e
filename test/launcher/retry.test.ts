import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LauncherClient } from '../../src/launcher/client';
import type { PoolAccess } from '../../src/launcher/credentials';
import type { Identity } from '../../src/launcher/identity';
import { retrying } from '../../src/launcher/retry';
import { FakeClock, settle } from '../support/fake-clock';

let server: Server;
let client: LauncherClient;
let answers: { status: number; body: object }[];

beforeEach(async () => {
  server = createServer((_, response) => {
    const { status, body } = answers.shift() ?? { status: 200, body: { acknowledged: 1 } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { jwt: () => Promise.resolve('jwt'), credentials: { token: { endpoint, ca: '' } } };
  const identity = { runId: '01K0AAAAAAAAAAAAAAAAAAAAAA', attempt: 1, fence: 1 } as Identity;
  client = new LauncherClient({ access: access as unknown as PoolAccess, identity });
});

afterEach(async () => {
  await client.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('a run Pod repeats a call', () => {
  test.each([
    ['that was one too many, after the pause that it was told', 'too-many-requests', 60, 60_000],
    ['whose body did not come in time, after a pause of its own', 'timeout', undefined, 1_000],
    ['whose refusal has a code of a later version', 'on-holiday', undefined, 1_000],
  ])('%s', async (_, code, retryAfterSeconds, longestMs) => {
    answers = [{ status: 429, body: { code, message: 'not now', retryAfterSeconds } }];
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const troubles: string[] = [];
    const onTrouble = ({ message }: Error) => void troubles.push(message);
    const sent = retrying(() => client.logs('relay', []), { clock, signal, onTrouble });
    while (clock.pending.length === 0) await settle();
    expect(troubles).toEqual(['not now']);
    expect(clock.pending[0]).toBeLessThanOrEqual(longestMs);
    if (retryAfterSeconds !== undefined) expect(clock.pending).toEqual([retryAfterSeconds * 1000]);
    await clock.advance(longestMs);
    expect(await sent).toBe(1);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTROL_PLANE_METRICS } from '../../../src/api/control-plane-metrics';
import { BITBUCKET_SERVER, commit, GITHUB, GITLAB, signedByLab, text, type Event } from './support/git-events';
import { none, PushDoor, type Answer } from './support/push-door';

let door: PushDoor;

beforeAll(async () => {
  door = await PushDoor.open();
});
afterAll(() => door.close());
beforeEach(() => door.make());

test.each([
  ['a ping of GitHub', GITHUB, GITHUB.ping(), /^GitHub reaches stack network-\d+$/],
  ['a test of Bitbucket', BITBUCKET_SERVER, BITBUCKET_SERVER.ping(), /^Bitbucket reaches stack network-\d+$/],
  ['another event', GITHUB, GITHUB.other(), /^no run follows the event "issues"$/],
])('%s is answered', async (_, host, event, why) => {
  expect(await door.deliver(host, event)).toEqual(none(why));
});

test('what GitLab signed more than five minutes ago is refused', async () => {
  const event = GITLAB.push();
  const at = (seconds: number) => signedByLab(event, door.secret, Math.floor(Date.now() / 1000) + seconds);
  expect(await door.send(text(event), { ...event.headers, ...at(-310) })).toMatchObject({ status: 401 });
  expect(await door.send(text(event), { ...event.headers, ...at(-200) })).toMatchObject({ status: 202 });
});

test('a signature of GitLab counts before its token, which may be that of another', async () => {
  const event = GITLAB.push();
  const headers = { ...event.headers, 'X-Gitlab-Token': door.secret, 'webhook-signature': 'v1,AAAA' };
  expect(await door.send(text(event), headers)).toMatchObject({ status: 401 });
});

test('what is signed is the same delivery under another name', async () => {
  const event = GITHUB.push();
  const renamed = { headers: { ...event.headers, 'X-GitHub-Delivery': 'another' }, body: event.body };
  expect(await door.deliver(GITHUB, renamed)).toEqual(await door.deliver(GITHUB, event));
  expect(await door.runs()).toHaveLength(1);
});

test('another delivery that says the same, as of a push that was taken back and made again, is another push', async () => {
  await door.deliver(GITLAB, GITLAB.push());
  await door.deliver(GITLAB, GITLAB.push());
  expect(await door.runs()).toHaveLength(2);
});

describe('what is wrong with a delivery is said', () => {
  test.each<[string, (event: Event) => Promise<Answer>, number, RegExp]>([
    [
      'a form',
      (event) => door.send('payload=x', { ...signed(event), 'Content-Type': 'application/x-www-form-urlencoded' }),
      400,
      /application\/json/,
    ],
    [
      'compressed',
      (event) => door.send(text(event), { ...signed(event), 'Content-Encoding': 'gzip' }),
      400,
      /compressed/,
    ],
    ['of no host', (event) => door.send(text(event), {}), 400, /comes from no git host/],
    ['of no stack', (event) => door.send(text(event), signed(event), 'nothing'), 401, /hears of no pushes/],
    [
      'too large',
      (event) => door.send(`{"a":"${'x'.repeat(4 * 1024 * 1024)}"}`, signed(event)),
      413,
      /larger than 4194304 bytes/,
    ],
    ['nested too deep', (event) => door.send('['.repeat(100), signed(event)), 400, /brackets within brackets/],
  ])('%s', async (_, told, status, message) => {
    expect(await told(GITHUB.push())).toEqual({
      status,
      body: expect.objectContaining({ message: expect.stringMatching(message) }),
    });
  });

  const signed = (event: Event) => ({ ...event.headers, ...GITHUB.sign(event, door.secret) });

  test('what its event lacks', async () => {
    const { status, body } = await door.deliver(GITHUB, { ...GITHUB.push(), body: { ref: 'refs/heads/main' } });
    expect(status).toBe(400);
    expect(body.message).toMatch(/^this is no push of GitHub, as far as is known: after: /);
  });

  test('no JSON', async () => {
    const event = { headers: GITHUB.push().headers, body: 'no object' as unknown as object };
    expect(await door.deliver(GITHUB, event)).toMatchObject({ status: 400 });
  });
});

test('what a host tells reaches nobody but in one line', async () => {
  const { body } = await door.deliver(GITHUB, GITHUB.push({ ref: 'refs/heads/a\u202e\u001b[2Jb' }));
  expect(body.why).toMatch(/^it is of branch a\\u202e\\u001b\[2Jb, and/);
  expect((await door.admin.pushes.deliveries(door.stack))[0]?.message).toBe(body.why);
});

test('whoever cannot prove who they are takes nothing of what a stack may be told', async () => {
  const own = await PushDoor.open({ trustedProxies: ['127.0.0.1'] });
  await own.make();
  const event = GITLAB.push({ ref: 'refs/tags/v1' });
  const from = (address: string, token: string) =>
    own.send(text(event), { ...event.headers, 'X-Forwarded-For': address, 'X-Gitlab-Token': token });
  // More than a stack may be told at once, and of no address more than it may guess.
  const guesses = Array.from({ length: 80 }, (_, n) => from(`192.0.2.${n % 8}`, 'guess'));
  expect(new Set((await Promise.all(guesses)).map(({ status }) => status))).toEqual(new Set([401]));
  expect(await from('198.51.100.1', own.secret)).toMatchObject({ status: 200 });
  await own.close();
});

test('messages keep what can be shown', async () => {
  const message = `\u0007\u202e${'Ä'.repeat(499)}😀 and more\n\nbody`;
  await door.deliver(GITHUB, GITHUB.push({ head_commit: commit({ message }) }));
  expect((await door.runs())[0]?.commitMessage).toBe('Ä'.repeat(499));
});

test('whoever guesses is slowed down, and only at that stack', async () => {
  const event = GITLAB.push();
  const guess = () => door.send(text(event), { ...event.headers, 'X-Gitlab-Token': 'guess' });
  let answer = await guess();
  for (let tries = 0; tries < 25 && answer.status === 401; tries += 1) answer = await guess();
  expect(answer).toMatchObject({ status: 429 });
  await door.make();
  expect(await door.deliver(GITLAB, GITLAB.push())).toMatchObject({ status: 202 });
});

test('a stack takes so many deliveries at once, and hears how long to wait', async () => {
  let answer = await door.deliver(GITLAB, GITLAB.push({ ref: 'refs/tags/v1' }));
  for (let tries = 0; tries < 100 && answer.status === 200; tries += 1)
    answer = await door.deliver(GITLAB, GITLAB.push({ ref: 'refs/tags/v1' }));
  expect(answer).toMatchObject({
    status: 429,
    body: { message: expect.stringMatching(/too many pushes to this stack/) },
  });
});

test('a secret that was replaced, or taken away, is refused at once', async () => {
  const before = door.secret;
  door.secret = (await door.admin.pushes.rotate(door.stack)).secret!;
  expect(await door.deliver(GITHUB, GITHUB.push())).toMatchObject({ status: 202 });
  const event = GITHUB.push();
  expect(await door.send(text(event), { ...event.headers, ...GITHUB.sign(event, before) })).toMatchObject({
    status: 401,
  });
  await door.admin.pushes.delete(door.stack);
  expect(await door.deliver(GITHUB, event)).toMatchObject({ status: 401 });
});

test('what came is seen: in the deliveries, the audit trail and the metrics', async () => {
  // With a minute of its own, which has few entries for one address.
  const own = await PushDoor.open();
  await own.make();
  const before = await counted(own);
  const { body } = await own.deliver(GITHUB, GITHUB.push());
  await own.deliver(GITHUB, GITHUB.push({ ref: 'refs/tags/v1' }));
  const event = GITHUB.push();
  await own.send(text(event), { ...event.headers, ...GITHUB.sign(event, 'another') });
  expect(await own.admin.pushes.deliveries(own.stack)).toMatchObject([
    { host: 'GitHub', event: 'push', runId: null, message: expect.stringContaining('a push of a tag') },
    { host: 'GitHub', event: 'push', runId: body.run, message: null },
  ]);
  const about = [{ field: 'object', values: [body.run!], isExcluded: false }] as const;
  const search = { where: [...about], oldestFirst: true, after: undefined, limit: 1 };
  expect(await own.admin.searchAuditTrail(search)).toMatchObject([
    { action: 'run.trigger', actor: { kind: 'git host', id: own.stack, name: `pushes to stack ${own.name}` } },
  ]);
  const last = { where: [], oldestFirst: false, after: undefined, limit: 1 };
  expect(await own.admin.searchAuditTrail(last)).toMatchObject([
    { action: 'run.trigger', outcome: 'refused', related: { kind: 'stack', id: own.stack } },
  ]);
  const after = await counted(own);
  const more = (result: string) => (after.get(result) ?? 0) - (before.get(result) ?? 0);
  expect(['run', 'nothing', 'refused'].map(more)).toEqual([1, 1, 1]);
  await own.close();
});

/** Deliveries of GitHub, by what came of them. */
async function counted(at: PushDoor): Promise<Map<string, number>> {
  const text = await (await fetch(`${at.controlPlane.metricsUrl}/metrics`)).text();
  const series = new RegExp(`^${CONTROL_PLANE_METRICS.pushes.name}\\{host="GitHub",result="(\\w+)"\\} (\\d+)$`, 'gm');
  return new Map([...text.matchAll(series)].map(([, result, count]) => [result!, Number(count)]));
}

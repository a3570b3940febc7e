import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { archive, TestDoors, type Request } from '../audit/support/doors';
import { TestQueue } from '../support/queue';

/* What is sent to the routes beside GraphQL and is wrong: each gets a typed refusal of one sentence, and nothing is stored. */

const NAMED: readonly (readonly [what: string, request: (name: string) => Request])[] = [
  ['the source of a stack', (name) => ({ method: 'PUT', path: `/api/v1/stacks/${name}/source`, body: archive('x') })],
  ['the source of a module', (name) => ({ method: 'PUT', path: `/api/v1/modules/${name}/source`, body: archive('x') })],
  ['a state that is brought', (name) => ({ method: 'PUT', path: `/api/v1/stacks/${name}/state`, body: '{}' })],
  ['a state that is fetched', (name) => ({ method: 'GET', path: `/api/v1/stacks/${name}/state` })],
  ['a log', (name) => ({ method: 'GET', path: `/api/v1/runs/${name}/log` })],
];

const NAMES: readonly (readonly [what: string, name: string])[] = [
  ['with a path', '..%2F..%2Fetc%2Fpasswd'],
  ['with a NUL', 'stack%00'],
  ['of bytes that are no text', '%ff%fe'],
  ['with a line of its own', 'stack%0Acode: done'],
  ['with marks that turn the direction', '%E2%80%AEkcats'],
  ['of a selector', 'app%3Dx,tier%20in%20(a,b)'],
  ['of a statement', `'%20OR%201=1--`],
  ['that is a name of objects', '__proto__'],
  ['that is too long', 'x'.repeat(5_000)],
];

const WRONG: readonly (readonly [what: string, request: Request, code: string])[] = [
  ['a source that is no archive', put('stacks/stack/source', 'main.tf'), 'malformed'],
  ['a source of nothing', put('stacks/stack/source', ''), 'malformed'],
  ['a source of a byte', put('modules/legacy%2Fnetwork%2Fdefault/source', '\u001f'), 'malformed'],
  ['a state that is broken', put('stacks/stack/state', '{"version": 4'), 'malformed'],
  ['a state of nothing', put('stacks/stack/state', ''), 'malformed'],
  ['a state that is a list', put('stacks/stack/state', '[]'), 'malformed'],
  ['a form in place of a state', put('stacks/stack/state', 'version=4&serial=1'), 'malformed'],
  ['version 0 of a state', get('stacks/stack/state?version=0'), 'malformed'],
  ['version -1 of a state', get('stacks/stack/state?version=-1'), 'malformed'],
  ['version 1e3 of a state', get('stacks/stack/state?version=1e3'), 'malformed'],
  ['a version that is not there', get('stacks/stack/state?version=7'), 'not-found'],
  ['a log after what is no number', get('runs/RUN/log?after=x'), 'malformed'],
  ['a log after less than nothing', get('runs/RUN/log?after=-1'), 'malformed'],
];

function put(path: string, body: string): Request {
  return { method: 'PUT', path: `/api/v1/${path}`, body };
}

function get(path: string): Request {
  return { method: 'GET', path: `/api/v1/${path}` };
}

let queue: TestQueue;
let doors: TestDoors;
let run: string;

beforeAll(async () => {
  queue = await TestQueue.ready();
  doors = new TestDoors(queue);
  await queue.admin.modules.create({ name: 'network', pool: queue.pool.id });
  run = await queue.trigger();
  await doors.key('admin');
});

afterAll(() => queue.close());

/** Without the entries of what was refused. */
async function stored(): Promise<object> {
  const { auditTrail: _, ...rows } = await queue.everything();
  return rows;
}

async function refused(answer: Promise<Response>, codes: readonly string[]): Promise<void> {
  const response = await answer;
  const told = (await response.json()) as { code: string; message: string };
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(codes).toContain(told.code);
  // One line that steers no terminal, and not without end.
  expect(told.message).toMatch(/^[^\p{Cc}\p{Bidi_Control}]{5,2003}$/u);
}

describe.each(NAMED)('%s by a name', (_, request) => {
  test.each(NAMES)('%s', async (_what, name) => {
    const before = await stored();
    await refused(doors.send('admin', request(name)), ['not-found', 'malformed']);
    expect(await stored()).toEqual(before);
  });
});

test.each(WRONG)('%s', async (_, request, code) => {
  const before = await stored();
  await refused(doors.send('admin', { ...request, path: request.path.replace('RUN', run) }), [code]);
  expect(await stored()).toEqual(before);
});

describe.each([
  ['no token', {}],
  ['a token that is none', { Authorization: 'Bearer x' }],
  ['a token with an empty signature', { Authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' }],
  ['id and secret', { Authorization: 'Basic YWRtaW46eA==' }],
])('%s', (_, headers) => {
  test.each(NAMED)('for %s', async (_what, request) => {
    const before = await stored();
    await refused(doors.raw(request('stack'), headers), ['unauthorized']);
    expect(await stored()).toEqual(before);
  });
});

test('every route below /api/v1 that changes something is in the table', () => {
  const changing = doors.changingRoutes.filter((route) => route.includes('/api/v1'));
  const tried = NAMED.map(([, request]) => request(':name')).map(({ method, path }) => `${method} ${path}`);
  expect(changing.filter((route) => !tried.includes(route))).toEqual([]);
});

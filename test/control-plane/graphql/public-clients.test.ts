import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kind, type SelectionSetNode } from 'graphql';
import { readDocument } from '../../../src/control-plane/graphql/read-document';
import { sizeOf } from '../../../src/control-plane/graphql/document-limits';
import type { Role } from '../../../src/control-plane/identity/rights';
import { ROLES } from '../../../src/control-plane/identity/rights';
import { LIMIT } from '../../../src/control-plane/limits';
import { TestWorker } from '../../cli/support/worker';
import { makePool, makeStack, TestControlPlane, type TestPool } from '../support/control-plane';
import { makeKey } from '../support/credentials';
import type { Json } from './support/api';
import { ClientOverHttps, type ClientAnswer } from './support/client-over-https';
import { CLIENT_DOCUMENTS, PUBLIC_CLIENTS, type There } from './support/public-clients';

type Client = keyof typeof PUBLIC_CLIENTS;

let controlPlane: TestControlPlane;
let csr: string;
const open: { close(): unknown }[] = [];
const keys = new Map<Role, { readonly id: string; readonly secret: string }>();

beforeAll(async () => {
  controlPlane = await TestControlPlane.start();
  ({ csr } = await makeKey('RSA'));
  for (const role of Object.keys(ROLES) as Role[]) {
    const { id, secret } = await controlPlane.admin.keys.create({ name: `the ${role}`, role });
    keys.set(role, { id, secret: secret! });
  }
});

afterAll(async () => {
  for (const each of open) await each.close();
  await controlPlane?.close();
});

const loggedIn = new Map<string, Promise<ClientOverHttps>>();

/** Logged in once, as the clients are. */
async function as(client: Client, role: Role): Promise<ClientOverHttps> {
  const known = loggedIn.get(`${client} ${role}`);
  if (known) return known;
  const one = ClientOverHttps.loggedIn(client, controlPlane, keys.get(role)!);
  loggedIn.set(`${client} ${role}`, one);
  open.push(await one);
  return one;
}

function stranger(client: Client, jwt?: string): ClientOverHttps {
  const one = ClientOverHttps.stranger(client, controlPlane, jwt);
  open.push(one);
  return one;
}

let made = 0;

async function newPool(): Promise<TestPool> {
  made += 1;
  return makePool(controlPlane, `pool ${made}`);
}

/** A pool with a worker, and a stack of it with a run that waits. */
async function furnished(): Promise<There> {
  const pool = await newPool();
  open.push(await TestWorker.register(pool));
  const stack = `stack-${made}`;
  await makeStack(controlPlane, pool.id, stack);
  const [worker] = await controlPlane.admin.workers(pool.id);
  return { pool: pool.id, worker: worker!.id, stack, csr };
}

/** The keys that a strict decoder knows, of an answer and of what was selected. */
function keysOf(
  value: unknown,
  selected: SelectionSetNode | undefined,
  at = '',
): [answered: string, selected: string][] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, selected, at));
  if (typeof value !== 'object' || value === null || !selected) return [];
  const fields = selected.selections.flatMap((node) => (node.kind === Kind.FIELD ? [node] : []));
  const [answered, wanted] = [Object.keys(value), fields.map((field) => field.name.value)].map(
    (names) => `${at}{${names.sort().join()}}`,
  );
  const below = fields.flatMap((field) =>
    keysOf((value as Json)[field.name.value], field.selectionSet, `${at}.${field.name.value}`),
  );
  return [[answered!, wanted!], ...below];
}

/** Every value of an answer below a key, wherever it stands. */
function* values(of: unknown, key = ''): Generator<[key: string, value: unknown]> {
  if (Array.isArray(of)) for (const each of of) yield* values(each, key);
  else if (typeof of === 'object' && of !== null)
    for (const [name, each] of Object.entries(of)) yield* values(each, name);
  else yield [key, of];
}

function mustDecode({ status, data, messages }: ClientAnswer, document: string): void {
  expect({ status, messages }).toEqual({ status: 200, messages: [] });
  const [definition] = readDocument(document, LIMIT.documentTokens).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the document has no operation');
  for (const [answered, selected] of keysOf(data, definition.selectionSet)) expect(answered).toBe(selected);
  for (const [key, value] of values(data)) {
    if (/At$|^billing|^used|Workers$|Runs$|Count$|position|Limit$/.test(key) && value !== null) {
      const isInt32 = Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
      expect({ key, isInt32 }).toEqual({ key, isInt32: true });
    }
    // The text of a flat object of texts.
    if (key === 'metadata') expect(Object.values(JSON.parse(value as string) as Json)).toEqual(['default']);
  }
}

describe.each(Object.keys(PUBLIC_CLIENTS) as Client[])('%s', (client) => {
  test('logs in, and decodes the answer', async () => {
    const answer = await stranger(client).logIn(keys.get('reader')!);
    mustDecode(answer, PUBLIC_CLIENTS[client].logIn);
    expect((answer.data!.apiKeyUser as Json).jwt).toEqual(expect.any(String));
  });

  test('is told of a wrong secret by an error that it looks for', async () => {
    const { status, messages } = await stranger(client).logIn({ id: keys.get('reader')!.id, secret: 'wrong' });
    expect({ status, messages }).toEqual({ status: 200, messages: [expect.stringContaining('unauthorized')] });
  });

  const documents = CLIENT_DOCUMENTS.filter((each) => each.client === client);

  test.each(documents.map((each) => [each.command, each.role ?? 'reader', each] as const))(
    '%s: a key of the role %s is answered with what it can decode',
    async (_command, role, { document, variables }) => {
      const there = await furnished();
      const given = variables?.(there);
      expect(sizeOf(readDocument(document, LIMIT.documentTokens), { ...given }).cost).toBeLessThan(LIMIT.documentCost);
      mustDecode(await (await as(client, role)).ask(document, given), document);
    },
  );
});

test.each(CLIENT_DOCUMENTS.flatMap((each) => (each.role ? [[each.client, each.command, each] as const] : [])))(
  '%s, %s: a reader is refused',
  async (client, _command, { document, variables }) => {
    const { status, messages } = await (await as(client, 'reader')).ask(document, variables?.(await furnished()));
    expect({ status, messages }).toEqual({ status: 200, messages: [expect.stringContaining('the role reader')] });
  },
);

describe('a token', () => {
  const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as Json;

  test('is for the public URL alone, and lasts for an apply', async () => {
    const { data } = await stranger('spacectl').logIn(keys.get('admin')!);
    const { jwt, validUntil } = data!.apiKeyUser as { jwt: string; validUntil: number };
    const { aud, exp } = claimsOf(jwt);
    expect({ aud, exp }).toEqual({ aud: controlPlane.endpoint, exp: validUntil });
    expect(controlPlane.endpoint).not.toMatch(/\/$|\/graphql/);
    const seconds = validUntil - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(3600);
    // Milliseconds would look eternal.
    expect(seconds).toBeLessThan(30 * 24 * 3600);
  });

  const forged = (claims: object) =>
    [{ alg: 'HS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .concat(Buffer.alloc(32).toString('base64url'))
      .join('.');
  const BAD: readonly [string, () => string][] = [
    ['of nobody', () => 'x.y.z'],
    ['that is empty', () => ''],
    ['that is forged', () => forged({ aud: controlPlane.endpoint, exp: 4_000_000_000, sub: 'admin' })],
    ['that has expired', () => forged({ aud: controlPlane.endpoint, exp: 1, sub: 'admin' })],
  ];

  test.each(BAD)('%s is refused with the word that clients look for, and has no viewer', async (_what, jwt) => {
    const client = stranger('spacectl', jwt());
    expect(await client.ask('{workerPools{id}}')).toMatchObject({
      status: 200,
      messages: [expect.stringContaining('unauthorized')],
    });
    // spacectl asks this next, to tell a bad token from a role that does not suffice.
    expect(await client.ask('{viewer{id}}')).toEqual({ status: 200, data: { viewer: null }, messages: [] });
  });

  test('that is good without the right still has a viewer', async () => {
    const client = await as('spacectl', 'worker-pool-controller');
    const { messages } = await client.ask('query($id:ID!){stack(id: $id){name}}', { id: 'any' });
    expect(messages).toEqual([expect.stringContaining('unauthorized')]);
    expect((await client.ask('{viewer{id}}')).data).toEqual({ viewer: { id: keys.get('worker-pool-controller')!.id } });
  });

  test('is exchanged again and again without being held up', async () => {
    const client = stranger('spacectl');
    for (let n = 0; n < 30; n += 1) expect((await client.logIn(keys.get('reader')!)).messages).toEqual([]);
  });
});

describe('the exporter', () => {
  const { document } = CLIENT_DOCUMENTS.find(({ client }) => client === 'spacelift-promex')!;

  test('names its operation, and tries again without a name', async () => {
    const client = await as('spacelift-promex', 'reader');
    mustDecode(await client.ask(document, undefined, 'PrometheusExporter'), document);
    mustDecode(await client.ask(document.replace('query PrometheusExporter', '')), document);
  });
});

describe('what is not there', () => {
  const NOWHERE = { id: 'nope' };

  test('is null to a query, so that the provider takes it out of its state', async () => {
    const client = await as('Terraform provider', 'admin');
    expect(await client.ask('query($id:ID!){workerPool(id: $id){id}}', NOWHERE)).toEqual({
      status: 200,
      data: { workerPool: null },
      messages: [],
    });
  });

  test.each([
    ['mutation($id:ID!){workerPoolDelete(id: $id){id}}', NOWHERE, 'worker pool nope not found'],
    [
      'mutation($workerPoolId:ID!){workerPoolCycle(id: $workerPoolId)}',
      { workerPoolId: 'nope' },
      'worker pool nope not found',
    ],
    [
      'mutation($drain:Boolean!$worker:ID!$workerPool:ID!){workerDrainSet(workerPool: $workerPool, id: $worker, drain: $drain){id}}',
      { drain: true, worker: 'none', workerPool: 'nope' },
      'worker none not found in pool nope',
    ],
  ])('is an error to %s', async (document, variables, message) => {
    const { status, messages } = await (await as('spacectl', 'admin')).ask(document, variables);
    expect({ status, messages }).toEqual({ status: 200, messages: [message] });
  });

  test('is the only thing that a query says "not found" of', async () => {
    const client = await as('Terraform provider', 'admin');
    const { pool } = await furnished();
    for (const bad of ['{nothing}', '{workerPool{id}}', `{workerPool(id: "${pool}"){nothing}}`, '{', '']) {
      const { messages } = await client.ask(bad);
      expect(messages.length).toBeGreaterThan(0);
      expect(messages.join()).not.toContain('not found');
    }
  });
});

test.each([
  [
    'a mebibyte where a number belongs',
    'query($first:Int){workerPools(first: $first){id}}',
    { first: 'x'.repeat(2 ** 20) },
  ],
  ['an escape sequence for an id', 'mutation($id:ID!){workerPoolDelete(id: $id){id}}', { id: '\u001b[2J\u202e' }],
  ['a field that is a mark', '{workerPools{id(a: "\u202e")}}', {}],
])('%s is told of in one line that does nothing', async (_what, document, variables) => {
  const { status, messages } = await (await as('spacectl', 'admin')).ask(document, variables);
  expect({ status, messages }).toEqual({
    status: 200,
    messages: [expect.stringMatching(/^[^\p{C}\p{Zl}\p{Zp}]{1,2003}$/u)],
  });
});

describe('the pool resource of the provider', () => {
  const POOL = 'id,config,name,description,labels,space,driftDetectionRunLimit';
  const documentOf = (command: string) =>
    CLIENT_DOCUMENTS.find((each) => each.command === `spacelift_worker_pool: ${command}`)!.document;
  const everything = { description: 'What for', labels: ['a', 'b'], space: 'network', drift_detection_run_limit: 5 };
  const nothing = { description: null, labels: null, space: null, drift_detection_run_limit: -1 };
  const answered = async (document: string, variables: object): Promise<Json> => {
    const { data, messages } = await (await as('Terraform provider', 'admin')).ask(document, variables);
    expect(messages).toEqual([]);
    return Object.values(data!)[0] as Json;
  };

  test('keeps what is set, clears what is null, and keeps its token', async () => {
    const { pool } = await furnished();
    const before = await answered(documentOf('read'), { id: pool });
    const changed = await answered(documentOf('update'), { id: pool, name: 'n', ...everything });
    expect(changed).toEqual({
      id: pool,
      config: before.config,
      name: 'n',
      description: 'What for',
      labels: ['a', 'b'],
      space: 'network',
      driftDetectionRunLimit: 5,
    });
    const cleared = await answered(documentOf('update'), { id: pool, name: 'n', ...nothing });
    expect(cleared).toMatchObject({ config: before.config, description: null, labels: [], driftDetectionRunLimit: -1 });
    const reset = await answered(documentOf('another csr'), { id: pool, csr: Buffer.from(csr).toString('base64') });
    expect(reset).toMatchObject({ id: pool, name: 'n' });
    expect(reset.config).not.toBe(before.config);
  });

  test.each([-5, 0, 2_147_483_647])('gives a drift limit of %d back as it is', async (limit) => {
    const { pool } = await furnished();
    const variables = { ...nothing, id: pool, name: 'n', drift_detection_run_limit: limit };
    expect(await answered(documentOf('update'), variables)).toMatchObject({ driftDetectionRunLimit: limit });
  });

  // The type that the provider declares follows from whether its user wrote a description.
  test('declares a description that is there as one that must be', async () => {
    const document = documentOf('create').replace('$description:String$', '$description:String!$');
    const variables = { ...everything, name: 'made', csr: Buffer.from(csr).toString('base64') };
    const pool = await answered(document, variables);
    expect(Object.keys(pool).sort()).toEqual(POOL.split(',').sort());
    expect(pool.config).toEqual(expect.stringMatching(/.{100}/));
  });
});

test('spacectl api --schema is told the whole schema', async () => {
  const document =
    'query IntrospectionQuery {\n  __schema {\n    queryType { name }\n    types { kind name fields(includeDeprecated: true) { name } }\n  }\n}';
  const { data, messages } = await (await as('spacectl', 'reader')).ask(document);
  expect(messages).toEqual([]);
  expect((data!.__schema as { types: { name: string }[] }).types.map(({ name }) => name)).toContain('WorkerPool');
});

test('spacectl workerpool watch sees runs in their turn, those in progress first', async () => {
  const { pool } = await furnished();
  const name = `stack-${made}`;
  const first = await controlPlane.admin.createRun({ stack: name });
  await makeStack(controlPlane, pool, `${name}-b`);
  const second = await controlPlane.admin.createRun({ stack: `${name}-b` });
  const { document, variables } = CLIENT_DOCUMENTS.find(({ command }) => command === 'workerpool watch')!;
  const there = { pool } as There;
  const { data } = await (await as('spacectl', 'reader')).ask(document, variables!(there));
  const { edges } = (data!.workerPool as { searchSchedulableRuns: { edges: { node: Json }[] } }).searchSchedulableRuns;
  expect(edges.map(({ node }) => [node.position, (node.run as Json).id])).toEqual([
    [1, first.id],
    [2, second.id],
  ]);
});

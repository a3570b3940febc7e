import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import {
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isEnumType,
  isObjectType,
  type GraphQLInputType,
} from 'graphql';
import { schema } from '../../../src/control-plane/graphql/schema';
import { ROLES, type Role } from '../../../src/control-plane/identity/rights';
import { FORMS } from '../../../src/control-plane/web/forms';
import { makePool, makeStack, TestControlPlane } from '../support/control-plane';

/* Who may do what, through real HTTP: a document for each field at the root, and each route beside GraphQL, as each role. */

const ALL: Role[] = ['reader', 'operator', 'admin', 'worker-pool-controller'];
const READERS: Role[] = ['reader', 'operator', 'admin'];
const OPERATORS: Role[] = ['operator', 'admin'];
const KEEPERS: Role[] = ['admin', 'worker-pool-controller'];
const ADMINS: Role[] = ['admin'];

const FIELDS: Readonly<Record<string, readonly Role[]>> = {
  viewer: ALL,
  debugInfo: ALL,
  name: ALL,
  tier: ALL,
  spaceliftAwsAccountId: ALL,
  apiKeyUser: ALL,
  workerPools: ALL,
  workerPool: ALL,
  searchWorkerPools: ALL,
  publicWorkerPool: ALL,
  spaces: ALL,
  space: ALL,
  usage: READERS,
  metrics: READERS,
  stacks: READERS,
  stack: READERS,
  run: READERS,
  runs: READERS,
  searchRuns: READERS,
  searchStacks: READERS,
  module: READERS,
  modules: READERS,
  searchModules: READERS,
  moduleCreate: ADMINS,
  moduleUpdate: ADMINS,
  moduleDelete: ADMINS,
  moduleVersionCreate: OPERATORS,
  moduleVersionYank: OPERATORS,
  runTrigger: OPERATORS,
  taskCreate: OPERATORS,
  stackIntegrationDriftDetectionTrigger: OPERATORS,
  stackIntegrationDriftDetectionCreate: ADMINS,
  stackIntegrationDriftDetectionUpdate: ADMINS,
  stackIntegrationDriftDetectionDelete: ADMINS,
  stackStateRestore: OPERATORS,
  stackStateUnlock: OPERATORS,
  runConfirm: OPERATORS,
  runDiscard: OPERATORS,
  runStop: OPERATORS,
  runCancel: OPERATORS,
  runRetry: OPERATORS,
  runPrioritizeSet: OPERATORS,
  workerPoolCycle: OPERATORS,
  workerDrainSet: OPERATORS,
  workerPoolCreate: KEEPERS,
  workerPoolUpdate: KEEPERS,
  workerPoolDelete: KEEPERS,
  workerPoolReset: KEEPERS,
  workerPoolUnlock: ADMINS,
  stackCreate: ADMINS,
  stackUpdate: ADMINS,
  stackDelete: ADMINS,
  stackPushHookCreate: ADMINS,
  stackPushHookUpdate: ADMINS,
  stackPushHookRotate: ADMINS,
  stackPushHookDelete: ADMINS,
  stackDependencyCreate: ADMINS,
  stackDependencyDelete: ADMINS,
  stackDependenciesAddReference: ADMINS,
  stackDependenciesUpdateReference: ADMINS,
  stackDependenciesDeleteReference: ADMINS,
  searchAuditTrailEntries: ADMINS,
  apiKeys: ADMINS,
  apiKey: ADMINS,
  apiKeyCreate: ADMINS,
  apiKeyUpdate: ADMINS,
  apiKeyDelete: ADMINS,
  namedWebhooksIntegrations: ADMINS,
  namedWebhooksIntegration: ADMINS,
  namedWebhooksIntegrationCreate: ADMINS,
  namedWebhooksIntegrationUpdate: ADMINS,
  namedWebhooksIntegrationDelete: ADMINS,
  namedWebhooksIntegrationTest: ADMINS,
  webhookDeliveryRedeliver: ADMINS,
  vcsAgentPools: READERS,
  vcsAgentPool: READERS,
  vcsAgentPoolCreate: ADMINS,
  vcsAgentPoolUpdate: ADMINS,
  vcsAgentPoolDelete: ADMINS,
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

let controlPlane: TestControlPlane;
let agent: Agent;
let run: string;
const people = new Map<Role, { readonly id: string; readonly secret: string; readonly jwt: string }>();

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ mqttPort: null });
  agent = new Agent({ ca: controlPlane.ca, keepAlive: true });
  await makePool(controlPlane);
  await makeStack(controlPlane, 'pool');
  run = (await controlPlane.admin.createRun({ stack: 'stack' })).id;
  for (const role of Object.keys(ROLES) as Role[]) {
    const { id, secret } = await controlPlane.admin.keys.create({ name: `the ${role}`, role });
    const query = 'mutation($id:ID!,$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt}}';
    const { body } = await graphql(query, undefined, { id, secret });
    const { data } = JSON.parse(body) as { data: { apiKeyUser: { jwt: string } } };
    people.set(role, { id, secret: secret!, jwt: data.apiKeyUser.jwt });
  }
});

afterAll(async () => {
  agent?.destroy();
  await controlPlane?.close();
});

function send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${controlPlane.url}${path}`, { method, headers, agent }, (response) => {
      text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }), reject);
    });
    sent.on('error', reject).end(body);
  });
}

const graphql = (query: string, jwt: string | undefined, variables: object = {}): Promise<Answer> => {
  const headers = { 'content-type': 'application/json', ...(jwt && { authorization: `Bearer ${jwt}` }) };
  return send('POST', '/graphql', headers, JSON.stringify({ query, variables }));
};

/** A value that is nobody's. */
function literal(type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields()).filter((field) => isNonNullType(field.type));
    return `{${fields.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')}}`;
  }
  if (isEnumType(named)) return named.getValues()[0]!.name;
  return { Int: '1', Boolean: 'true' }[named.name] ?? '"nothing"';
}

const OPERATIONS = [
  ['query', schema.getQueryType()!] as const,
  ['mutation', schema.getMutationType()!] as const,
].flatMap(([kind, type]) =>
  Object.values(type.getFields()).map(({ name, args, type: result }) => {
    const given = args.filter((arg) => isNonNullType(arg.type)).map((arg) => `${arg.name}: ${literal(arg.type)}`);
    const selection = isObjectType(getNamedType(result)) ? '{__typename}' : '';
    return { name, document: `${kind}{${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection}}` };
  }),
);

const sentence = (role: Role) =>
  new RegExp(`[uU]nauthorized: API key the ${role} has the role ${role}; to .*, it takes the role `);

test('every field at the root of the API is in the table', () => {
  expect(OPERATIONS.map(({ name }) => name).sort()).toEqual(Object.keys(FIELDS).sort());
});

describe.each(ALL)('the role %s', (role) => {
  test.each(OPERATIONS)('and $name', async ({ name, document }) => {
    const { status, body } = await graphql(document, people.get(role)!.jwt);
    expect(status).toBe(200);
    if (FIELDS[name]?.includes(role)) expect(body).not.toContain('has the role');
    else expect((JSON.parse(body) as { errors: { message: string }[] }).errors[0]?.message).toMatch(sentence(role));
  });

  test.each([
    ['the token of a pool', '{workerPools{config}}', KEEPERS],
    ['runs of a pool', '{workerPools{searchSchedulableRuns(input: {}){edges{node{stackId}}}}}', READERS],
  ] as const)('and %s', async (_, document, allowed) => {
    const { body } = await graphql(document, people.get(role)!.jwt);
    if (allowed.includes(role)) expect(body).not.toContain('has the role');
    else expect(body).toMatch(sentence(role));
  });

  test.each([
    ['to upload a source', 'PUT', (): string => '/api/v1/stacks/none/source', 404, OPERATORS],
    ['to upload the source of a module', 'PUT', (): string => '/api/v1/modules/none/source', 404, OPERATORS],
    ['to ask for the versions of a module', 'GET', (): string => '/registry/modules/v1/a/b/c/versions', 404, READERS],
    ['to fetch one', 'GET', (): string => '/registry/modules/v1/a/b/c/1.2.3/download', 404, READERS],
    ['to fetch a state', 'GET', (): string => '/api/v1/stacks/none/state', 404, OPERATORS],
    ['to bring a state', 'PUT', (): string => '/api/v1/stacks/none/state', 404, OPERATORS],
    ['to read a log', 'GET', (): string => `/api/v1/runs/${run}/log`, 200, READERS],
  ] as const)('and %s', async (_, method, path, allowedStatus, allowed) => {
    const { status, body } = await send(method, path(), { authorization: `Bearer ${people.get(role)!.jwt}` });
    expect(status).toBe(allowed.includes(role) ? allowedStatus : 403);
    if (!allowed.includes(role)) {
      expect(JSON.parse(body)).toEqual({ code: 'forbidden', message: expect.stringMatching(sentence(role)) });
    }
  });

  test('and the web page', async () => {
    const { id, secret } = people.get(role)!;
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    for (const path of ['/', `/runs/${run}`]) {
      const { status, body } = await send('GET', path, { authorization });
      expect(status).toBe(READERS.includes(role) ? 200 : 403);
      if (!READERS.includes(role)) expect(body).toMatch(sentence(role));
    }
  });
});

describe.each(ALL)('a form of the web page and the role %s', (role) => {
  const MAY: Readonly<Record<string, readonly Role[]>> = {
    '/runs/:id/confirm': OPERATORS,
    '/runs/:id/discard': OPERATORS,
    '/runs/:id/stop': OPERATORS,
    '/pools/:id/workers/:worker/drain': OPERATORS,
    '/pools/:id/workers/:worker/undrain': OPERATORS,
    '/pools/:id/cycle': OPERATORS,
    '/pools/:id/reset': ADMINS,
    // The pages are for those who see runs, too, so that clusters cannot use these.
    '/pools/new': ADMINS,
    '/pools/:id/settings': ADMINS,
    '/pools/:id/delete': ADMINS,
    '/runs/:id/cancel': OPERATORS,
    '/runs/:id/retry': OPERATORS,
    '/runs/:id/prioritize': OPERATORS,
    '/runs/:id/deprioritize': OPERATORS,
    '/stacks/:id/trigger': OPERATORS,
    '/stacks/new': ADMINS,
    '/stacks/:id/settings': ADMINS,
    '/stacks/:id/repository': ADMINS,
    '/stacks/:id/push-hook/new': ADMINS,
    '/stacks/:id/push-hook': ADMINS,
    '/stacks/:id/push-hook/rotate': ADMINS,
    '/stacks/:id/push-hook/delete': ADMINS,
    '/stacks/:id/environment': ADMINS,
    '/stacks/:id/environment/:variable/unset': ADMINS,
    '/stacks/:id/delete': ADMINS,
    '/pools/:id/unlock': ADMINS,
    '/stacks/:id/task': OPERATORS,
    '/stacks/:id/source': OPERATORS,
    '/stacks/:id/dependencies/new': ADMINS,
    '/stacks/:id/dependencies/:dependency/delete': ADMINS,
    '/stacks/:id/dependencies/:dependency/outputs/new': ADMINS,
    '/stacks/:id/outputs/:reference/delete': ADMINS,
    '/stacks/:id/drift': ADMINS,
    '/stacks/:id/drift/run': OPERATORS,
    '/stacks/:id/drift/delete': ADMINS,
    '/stacks/:id/state/:version/restore': OPERATORS,
    '/stacks/:id/state/unlock': OPERATORS,
    '/webhooks/new': ADMINS,
    '/webhooks/:id/settings': ADMINS,
    '/webhooks/:id/test': ADMINS,
    '/webhooks/:id/deliveries/:delivery/redeliver': ADMINS,
    '/webhooks/:id/delete': ADMINS,
    '/vcs-agent-pools/new': ADMINS,
    '/vcs-agent-pools/:id/settings': ADMINS,
    '/vcs-agent-pools/:id/delete': ADMINS,
    '/keys/new': ADMINS,
    '/keys/new-oidc': ADMINS,
    '/keys/:id/settings': ADMINS,
    '/keys/:id/delete': ADMINS,
  };

  test('are all in the table', () => {
    expect(FORMS.map(({ path }) => path).sort()).toEqual(Object.keys(MAY).sort());
  });

  test.each(Object.entries(MAY))('%s', async (path, allowed) => {
    const { id, secret } = people.get(role)!;
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const at = path.replaceAll(/:\w+/g, 'none');
    for (const method of ['GET', 'POST']) {
      const { status } = await send(method, at, { authorization, 'sec-fetch-site': 'same-origin' });
      if (allowed.includes(role)) expect([200, 303, 400, 404]).toContain(status);
      else expect(status).toBe(403);
    }
  });
});

test('a JWT is refused at the next request once its key is deleted', async () => {
  const { id, jwt } = people.get('reader')!;
  expect((await graphql('{viewer{name,role}}', jwt)).body).toBe(
    '{"data":{"viewer":{"name":"the reader","role":"reader"}}}',
  );
  await controlPlane.admin.keys.delete(id);
  expect((await graphql('{viewer{name}}', jwt)).body).toBe('{"data":{"viewer":null}}');
  expect((await graphql('{workerPools{id}}', jwt)).body).toContain('unauthorized: log in with apiKeyUser first');
  const log = await send('GET', `/api/v1/runs/${run}/log`, { authorization: `Bearer ${jwt}` });
  expect(log.status).toBe(401);
});

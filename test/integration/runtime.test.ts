import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  KubeClient,
  KubeObject,
  ReflectorOptions,
  ResourceType,
  WatchOptions,
} from '../../src/controller/runtime';
import {
  Cache,
  createKubeClient,
  EventRecorder,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  KubeError,
  LeaderElector,
  PODS,
  refusalOf,
  Reflector,
  writeStatus,
} from '../../src/controller/runtime';
import { apiServer } from '../support/api-server';
import { createNamespace, eventually, installCrd, kubeOk } from '../support/kube';

interface Pod extends KubeObject {
  spec?: { containers: { name: string; image: string }[] };
  status?: { phase?: string; message?: string };
}

interface Listed<T> {
  items: T[];
}

const pod = (name: string, image = 'none'): Pod => ({
  metadata: { name },
  spec: { containers: [{ name: 'main', image }] },
});

let client: KubeClient;
let namespace: string;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  client = await createKubeClient({ kubeconfig: apiServer().kubeconfigPath });
});
beforeEach(async () => {
  namespace = await createNamespace('runtime');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
});
afterAll(() => client.close());

const errorOf = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

describe('the client, on a real API server,', () => {
  test('creates, reads, patches and deletes, with preconditions', async () => {
    const created = await client.create(PODS, namespace, pod('a'));
    const patch = { metadata: { labels: { x: 'y' } } };
    const patched = await client.patch<Pod>(PODS, namespace, 'a', patch, { type: 'merge' });
    expect(patched.metadata.labels).toEqual({ x: 'y' });
    expect((await client.get<Pod>(PODS, namespace, 'a'))?.metadata).toEqual(patched.metadata);
    expect(isConflict(await errorOf(client.delete(PODS, namespace, 'a', { uid: 'another' })))).toBe(true);
    expect(await client.delete(PODS, namespace, 'a', { uid: created.metadata.uid ?? '', gracePeriodSeconds: 0 })).toBe(
      true,
    );
    expect(await client.delete(PODS, namespace, 'a')).toBe(false);
    expect(await client.get(PODS, namespace, 'a')).toBeUndefined();
  });

  test('knows the API’s refusals apart', async () => {
    await client.create(PODS, namespace, pod('a'));
    expect(isAlreadyExists(await errorOf(client.create(PODS, namespace, pod('a'))))).toBe(true);
    expect(refusalOf(await errorOf(client.create(PODS, namespace, pod('b', ''))))?.kind).toBe('invalid');
    const nowhere = client.create(PODS, 'does-not-exist', pod('a'));
    expect(isNotFound(await errorOf(nowhere))).toBe(true);
    const stale = { ...pod('a'), metadata: { ...pod('a').metadata, resourceVersion: '1' } };
    expect(isConflict(await errorOf(client.update(PODS, namespace, stale)))).toBe(true);
    await limitPodsTo(0);
    expect(refusalOf(await errorOf(client.create(PODS, namespace, pod('c'))))?.kind).toBe('quota-unfit');
  });

  test('checks without keeping when asked for a dry run', async () => {
    await client.create(PODS, namespace, pod('a'), { dryRun: true });
    expect(await client.get(PODS, namespace, 'a')).toBeUndefined();
  });

  test('applies server-side and reports another manager’s fields as a conflict', async () => {
    const body = (image: string) => ({ apiVersion: 'v1', kind: 'Pod', ...pod('a', image) });
    await client.patch(PODS, namespace, 'a', body('one'), { type: 'apply', fieldManager: 'first' });
    const second = client.patch(PODS, namespace, 'a', body('two'), { type: 'apply', fieldManager: 'second' });
    expect(isConflict(await errorOf(second))).toBe(true);
    const options = { type: 'apply', fieldManager: 'second', force: true } as const;
    const forced = await client.patch<Pod>(PODS, namespace, 'a', body('two'), options);
    expect(forced.spec?.containers[0]?.image).toBe('two');
  });

  test('writes a status once, and not again when it is the same', async () => {
    const created = await client.create(PODS, namespace, pod('a'));
    const status = { ...created.status, message: 'noted' };
    const written = await writeStatus<Pod>({ client, resource: PODS, object: created, status });
    expect(written.status?.message).toBe('noted');
    expect(await writeStatus<Pod>({ client, resource: PODS, object: written, status })).toBe(written);
  });

  test('pages a list', async () => {
    for (const name of ['a', 'b', 'c']) await client.create(PODS, namespace, pod(name));
    const first = await client.list<Pod>(PODS, { namespace, limit: 2 });
    const second = await client.list<Pod>(PODS, { namespace, limit: 2, continue: first.continue ?? '' });
    expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(second.continue).toBeUndefined();
  });
});

describe('a reflector, on a real API server,', () => {
  test('follows what happens to objects, from a paged list on', async () => {
    for (const name of ['a', 'b', 'c']) await client.create(PODS, namespace, pod(name));
    const { cache, reflector } = reflect({ pageSize: 2 });
    await reflector.whenSynced();
    expect(names(cache)).toEqual(['a', 'b', 'c']);
    await client.create(PODS, namespace, pod('d'));
    await client.delete(PODS, namespace, 'a', { gracePeriodSeconds: 0 });
    await eventually(() => expect(names(cache)).toEqual(['b', 'c', 'd']));
  });

  test('lists again when the server says that the version is too old', async () => {
    const things = await installThings();
    let expired: unknown;
    const forgetful: KubeClient = Object.create(client, {
      watch: {
        value: async function* (resource: ResourceType, options: WatchOptions) {
          // The kind is younger than the server's first version, so the history of its objects cannot reach back to it.
          const resourceVersion = expired === undefined ? '1' : options.resourceVersion;
          try {
            yield* client.watch(resource, { ...options, resourceVersion });
          } catch (error) {
            expired ??= error;
            throw error;
          }
        },
      },
    }) as KubeClient;
    const { cache, reflector } = reflect({ client: forgetful, resource: things });
    await reflector.whenSynced();
    await client.create(things, namespace, { metadata: { name: 'a' } });
    await eventually(() => expect(names(cache)).toEqual(['a']));
    expect(isGone(expired)).toBe(true);
  });

  test('does not let its own write be undone by the watch', async () => {
    const { cache, reflector } = reflect();
    await reflector.whenSynced();
    const versions: (string | undefined)[] = [];
    cache.onChange(({ object }) => versions.push(object.metadata.resourceVersion));
    const written: (string | undefined)[] = [];
    cache.noteWritten(await client.create(PODS, namespace, pod('a')));
    for (let i = 0; i < 10; i++) {
      const patch = { metadata: { labels: { i: String(i) } } };
      const object = await client.patch<Pod>(PODS, namespace, 'a', patch, { type: 'merge' });
      cache.noteWritten(object);
      written.push(object.metadata.resourceVersion);
      expect(cache.get(namespace, 'a')?.metadata.labels).toEqual({ i: String(i) });
    }
    await client.create(PODS, namespace, pod('last'));
    await eventually(() => expect(names(cache)).toEqual(['a', 'last']));
    expect(versions).toEqual([...versions].sort((a, b) => Number(a) - Number(b)));
    expect(cache.get(namespace, 'a')?.metadata.resourceVersion).toBe(written.at(-1));
  });
});

describe('electors, on a real API server,', () => {
  test('let one lead at a time, and the next at once when it gives the Lease back', async () => {
    const happened: string[] = [];
    const first = elector('first', happened);
    await eventually(() => expect(first.isLeader).toBe(true));
    const second = elector('second', happened);
    await eventually(() => expect(second.leader).toBe('first'));
    expect(second.isLeader).toBe(false);
    await first.stop();
    await eventually(() => expect(second.isLeader).toBe(true));
    expect(happened).toEqual(['first started', 'first stopped', 'second started']);
  });

  test('end leading before another one begins, when the Lease was taken away', async () => {
    const happened: string[] = [];
    const first = elector('first', happened);
    await eventually(() => expect(first.isLeader).toBe(true));
    await kubeOk('PATCH', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/controller`, {
      spec: { holderIdentity: 'someone-else', leaseDurationSeconds: 3600 },
    });
    await eventually(() => expect(happened).toEqual(['first started', 'first stopped']));
    expect(first.isLeader).toBe(false);
    expect(first.leader).toBe('someone-else');
  });
});

describe('an event recorder, on a real API server,', () => {
  test('counts repeats in one Event', async () => {
    const target = { apiVersion: 'v1', kind: 'Pod', metadata: await created('a') };
    const recorder = new EventRecorder({ client, component: 'runtime-test' });
    const event = { type: 'Warning', reason: 'Odd', message: 'Something is odd.' } as const;
    recorder.event(target, event);
    await recorder.flush();
    for (let i = 0; i < 3; i++) recorder.event(target, event);
    await recorder.flush();
    recorder.event(target, { ...event, type: 'Normal', reason: 'Even', message: 'All is even.' });
    await recorder.flush();
    const events = await kubeOk<Listed<Record<string, unknown>>>('GET', `/api/v1/namespaces/${namespace}/events`);
    const seen = events.items.map(({ reason, count, type, source }) => ({ reason, count, type, source }));
    const source = { component: 'runtime-test' };
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual({ reason: 'Odd', count: 4, type: 'Warning', source });
    expect(seen).toContainEqual({ reason: 'Even', count: 1, type: 'Normal', source });
  });
});

async function installThings(): Promise<ResourceType> {
  const things = { group: 'runtime.example.com', version: 'v1', plural: 'things', kind: 'Thing' };
  await installCrd({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${things.plural}.${things.group}` },
    spec: {
      group: things.group,
      scope: 'Namespaced',
      names: { plural: things.plural, kind: things.kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  return things;
}

function reflect(options: Partial<ReflectorOptions<Pod>> = {}) {
  const cache = new Cache<Pod>();
  const reflector = new Reflector<Pod>({ client, resource: PODS, cache, namespaces: [namespace], ...options });
  running.push(reflector);
  reflector.start();
  return { cache, reflector };
}

function elector(identity: string, happened: string[]): LeaderElector {
  const made = new LeaderElector({
    client,
    namespace,
    name: 'controller',
    identity,
    leaseDurationMs: 3_000,
    renewDeadlineMs: 2_000,
    retryPeriodMs: 100,
    onStartedLeading: () => void happened.push(`${identity} started`),
    onStoppedLeading: () => void happened.push(`${identity} stopped`),
  });
  running.push(made);
  made.start();
  return made;
}

const names = (cache: Cache<Pod>) =>
  cache
    .list()
    .map(({ metadata }) => metadata.name)
    .sort();

async function created(name: string): Promise<Pod['metadata']> {
  return (await client.create(PODS, namespace, pod(name))).metadata;
}

/** The quota's status is the work of a controller that does not run here. */
async function limitPodsTo(pods: number): Promise<void> {
  const hard = { pods: String(pods) };
  const collection = `/api/v1/namespaces/${namespace}/resourcequotas`;
  await kubeOk('POST', collection, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard },
  });
  await kubeOk('PATCH', `${collection}/q/status`, { status: { hard, used: { pods: '0' } } });
  await eventually(async () => {
    const error = await errorOf(client.create(PODS, namespace, pod('probe'), { dryRun: true }));
    // Before its status is seen, it refuses for another reason.
    if (!(error instanceof KubeError) || !error.message.includes('exceeded quota')) {
      throw new Error(`the quota does not hold yet: ${String(error)}`);
    }
  });
}

import { beforeEach, describe, expect, test } from '@jest/globals';
import { deleteObject, PODS } from '../../../src/controller/runtime';
import { SimulatedApiServer, type Refusal } from '../../simulation/api-server';
import { FakeClock } from '../../support/fake-clock';

const MODIFIED: Refusal = { status: 409, reason: 'Conflict', message: 'the object has been modified' };

let clock: FakeClock;
let server: SimulatedApiServer;
let refusal: Refusal | undefined;

beforeEach(() => {
  clock = new FakeClock();
  refusal = undefined;
  const faults = { request: ({ verb }: { verb: string }) => (verb === 'delete' && refusal ? { refusal } : {}) };
  server = new SimulatedApiServer({ clock, random: () => 0.5, faults });
});

/** Deletes the Pod of that name which has that UID. @returns what it came to */
async function deleting(name: string, uid: string): Promise<string> {
  const client = server.client({ name: 'controller' });
  const deleted = deleteObject(client, PODS, { namespace: 'default', name, uid }).then(
    () => 'done',
    (error: Error) => error.message,
  );
  await clock.advance(100);
  return deleted;
}

const create = (): string => server.user.create(PODS, 'default', { metadata: { name: 'a' } }).metadata.uid;
const names = (): string[] => server.objects(PODS).map(({ metadata }) => metadata.name);

describe('deleting an object', () => {
  test('deletes it', async () => {
    expect(await deleting('a', create())).toBe('done');
    expect(names()).toEqual([]);
  });

  test('leaves another one of its name alone, and is done', async () => {
    create();
    expect(await deleting('a', 'of the one before')).toBe('done');
    expect(names()).toEqual(['a']);
  });

  test('is done where there is none', async () => {
    expect(await deleting('a', 'gone')).toBe('done');
  });

  test('fails where the API server tells of a conflict and still has it', async () => {
    const uid = create();
    refusal = MODIFIED;
    expect(await deleting('a', uid)).toMatch(/the object has been modified/);
    refusal = undefined;
    expect(await deleting('a', uid)).toBe('done');
  });
});

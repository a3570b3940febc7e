import { Readable } from 'node:stream';
import type { TestQueue } from '../../support/queue';
import { SECRET } from './doors';

/* What a door may need to be there. */

export const stateOf = (serial: number): string =>
  JSON.stringify({ version: 4, serial, lineage: 'one', resources: [{ at: SECRET }] });

export const pushState = ({ admin }: TestQueue, serial: number) =>
  admin.states.push('stack', Readable.from([stateOf(serial)]));

/** A run whose plan waits for somebody. */
export async function unconfirmedRun(queue: TestQueue): Promise<string> {
  const { run, assignment } = await queue.started();
  await queue.end(assignment, 'Succeeded', true);
  return run;
}

/** Lets a run hold the lock of the state. */
export async function lockState(queue: TestQueue, stack = 'stack'): Promise<void> {
  const { run } = await queue.started(stack);
  const lock = `{"ID":"a lock","Operation":"plan","Info":"","Who":"somebody","Version":"1","Created":"","Path":""}`;
  await queue.sql(
    `INSERT INTO "stateLocks" ("stackId", "lockId", "info", "runId", "attempt", "createdAt")
     SELECT id, 'a lock', '${lock}', '${run}', 1, 1 FROM stacks WHERE name = '${stack}'`,
  );
}

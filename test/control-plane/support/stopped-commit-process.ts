/*
 * A control plane that is to be killed between the content of a second version of a state and its row. Uses the folder of the
 * first argument, and says on standard output when it has come so far.
 */
import { Readable } from 'node:stream';
import { openBlobs } from '../../../src/control-plane/blobs';
import { States } from '../../../src/control-plane/state/states';
import { systemClock } from '../../../src/time';
import { TestQueue } from './queue';

async function main(): Promise<void> {
  const [, , folder = ''] = process.argv;
  const queue = await TestQueue.ready(folder);
  const state = (serial: number): Readable => Readable.from([JSON.stringify({ serial })]);
  await queue.admin.states.push('stack', state(1));

  const { context } = queue;
  const references = { named: () => Promise.resolve(new Set<string>()) };
  const blobs = await openBlobs(folder, {}, { references, clock: systemClock, logger: context.logger });
  const transaction = (): Promise<never> => {
    process.stdout.write('stored\n');
    return new Promise(() => setInterval(() => undefined, 1000));
  };
  const { id: stackId } = (await queue.admin.stack('stack'))!;
  const states = new States({ ...context, store: { ...context.store, transaction } }, blobs);
  await states.write({ stackId, content: state(2), runId: null });
}

void main();

/*
 * A control plane that is to be killed: makes a run at first start, then says on standard output, one JSON a line, what
 * it has acknowledged: log entries, and runs.
 */
import { Readable } from 'node:stream';
import { appendLogs } from '../../../src/control-plane/queue/pod-operations';
import type { Assignment } from '../../../src/protocol/messages';
import { line } from './pod';
import { TestQueue } from './queue';

const folder = process.argv[2]!;
const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function main(): Promise<never> {
  const queue = await TestQueue.open(folder);
  const [pool] = await queue.admin.pools();
  if (pool) queue.pool = pool as never;
  else await queue.furnish();
  await queue.admin.uploadSource('stack', Readable.from([Buffer.from(`source ${process.pid}`)]));

  let assignment: Assignment;
  const [worker] = await queue.admin.workers(queue.pool.id);
  if (worker) {
    assignment = await queue.assignment(worker.id);
  } else {
    const id = await queue.register();
    await queue.trigger();
    assignment = await queue.assignment(id);
    await queue.start(assignment);
  }

  const who = { poolId: queue.pool.id, runId: assignment.runId, attempt: assignment.attempt };
  let sequence = await queue.context.store.read.logs.lastSequence(who.runId, who.attempt, 'relay');
  say({ ready: assignment.runId });
  for (;;) {
    const batch = Array.from({ length: 20 }, () => (sequence += 1));
    const append = (entries: number[]) =>
      appendLogs(queue.context, who, {
        fence: assignment.fence,
        writer: 'relay',
        entries: entries.map((n) => line(n)),
      });
    await Promise.all([append(batch.slice(0, 10)), append(batch.slice(10))]);
    say({ acknowledged: sequence });
    say({ run: await queue.trigger('stack', 'PROPOSED') });
  }
}

void main();

/*
 * A control plane that is to be killed: makes a run at first start, then says on standard output, one JSON a line, what
 * it has acknowledged: log entries, and runs.
 */
import { Readable } from 'node:stream';
import { GroupCommit } from '../../../src/control-plane/store/group-commit';
import { appendLogs } from '../../../src/control-plane/queue/pod-operations';
import type { Assignment } from '../../../src/protocol/messages';
import { line } from './pod';
import { TestQueue } from './queue';

const folder = process.argv[2]!;
const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function main(): Promise<never> {
  const queue = await TestQueue.open(folder);
  queue.pool = (queue.admin.pools()[0] as never) ?? (await TestQueue.ready(folder)).pool;
  await queue.admin.uploadSource('stack', Readable.from([Buffer.from(`source ${process.pid}`)]));

  let assignment: Assignment;
  const [worker] = queue.admin.workers(queue.pool.id);
  if (worker) {
    assignment = await queue.assignment(worker.id);
  } else {
    const id = await queue.register();
    queue.trigger();
    assignment = await queue.assignment(id);
    queue.start(assignment);
  }

  const commits = new GroupCommit(queue.context.store);
  const who = { poolId: queue.pool.id, runId: assignment.runId, attempt: assignment.attempt };
  let sequence = queue.context.store.logs.lastSequence(who.runId, who.attempt, 'relay');
  say({ ready: assignment.runId });
  for (;;) {
    const batch = Array.from({ length: 20 }, () => (sequence += 1));
    const append = (entries: number[]) =>
      commits.run(() =>
        appendLogs(queue.context, who, {
          fence: assignment.fence,
          writer: 'relay',
          entries: entries.map((n) => line(n)),
        }),
      );
    await Promise.all([append(batch.slice(0, 10)), append(batch.slice(10))]);
    say({ acknowledged: sequence });
    say({ run: queue.trigger('stack', 'PROPOSED') });
  }
}

void main();

import { Readable } from 'node:stream';
import { makeKey } from '../../support/credentials';
import { makePool, makeStack, type TestPool } from '../../support/control-plane';
import type { TestQueue } from '../../support/queue';

/** What an operation is tried on: made anew for each, on a queue that others use as well. */
export class World {
  private static made = 0;
  readonly pool: TestPool;
  readonly stack: string;

  private constructor(
    readonly queue: TestQueue,
    pool: TestPool,
    stack: string,
  ) {
    this.pool = pool;
    this.stack = stack;
  }

  /** A pool, and a stack that it runs. */
  static async on(queue: TestQueue): Promise<World> {
    World.made += 1;
    const [name, stack] = [`pool ${World.made}`, `stack-${World.made}`];
    const pool = await makePool(queue, name);
    await makeStack(queue, pool.id, stack);
    // Workers and Pods are those of this pool from here on.
    queue.pool = pool;
    return new World(queue, pool, stack);
  }

  /** A name that nothing has yet. */
  fresh(what: string): string {
    return `${what}-of-${this.stack}`;
  }

  /** One that a cluster has made. */
  async managedPool(): Promise<string> {
    const input = {
      name: this.fresh('managed'),
      certificateSigningRequest: await this.csr(),
      managedBy: 'runners/production',
    };
    return (await this.queue.admin.createPool(input)).id;
  }

  csr = async (): Promise<string> => (await makeKey()).csr;

  waitingRun = (): Promise<string> => this.queue.trigger(this.stack);

  async startedRun(): Promise<string> {
    return (await this.queue.started(this.stack)).run;
  }

  /** One whose plan has changes. */
  async plannedRun(): Promise<string> {
    const { run, assignment } = await this.queue.started(this.stack);
    await this.queue.end(assignment, 'Succeeded', true);
    return run;
  }

  async failedRun(): Promise<string> {
    const { run, assignment } = await this.queue.started(this.stack);
    await this.queue.end(assignment, 'UserFailed');
    return run;
  }

  async anotherStack(): Promise<string> {
    const name = this.fresh('upstream');
    await makeStack(this.queue, this.pool.id, name);
    return name;
  }

  /** On another stack. */
  async dependency(): Promise<string> {
    return (await this.queue.admin.addStackDependency(this.stack, await this.anotherStack())).id;
  }

  /** An output of another stack that the stack takes. */
  async reference(): Promise<string> {
    const wanted = { outputName: 'vpc_id', inputName: 'TF_VAR_vpc_id' };
    return (await this.queue.admin.outputs.addReference(await this.dependency(), wanted)).id;
  }

  /** One with a source. */
  async module(): Promise<string> {
    const { modules } = this.queue.admin;
    const { id } = await modules.create({ name: this.fresh('module').replaceAll(' ', '-'), pool: this.pool.id });
    await modules.uploadSource(id, Readable.from([Buffer.from('a source')]));
    return id;
  }

  /** One that is ACTIVE. */
  async moduleVersion(module: string): Promise<string> {
    const worker = await this.queue.register();
    const { id } = await this.queue.admin.modules.createVersion({ module, number: '1.2.3' });
    const assignment = await this.queue.assignment(worker);
    await this.queue.start(assignment);
    await this.queue.end(assignment);
    return id;
  }

  async key(): Promise<string> {
    return (await this.queue.admin.keys.create({ name: this.fresh('key'), role: 'reader' })).id;
  }

  async webhook(name = 'hook'): Promise<string> {
    const endpoint = 'https://receiver.example.com/hook';
    return (await this.queue.admin.webhooks.create({ name: this.fresh(name), endpoint, enabled: true })).id;
  }

  async vcsAgentPool(name = 'agents'): Promise<string> {
    return (await this.queue.admin.vcsAgents.create({ name: this.fresh(name) })).id;
  }

  /** Two versions of the stack's state. */
  async states(): Promise<void> {
    for (const serial of [1, 2]) {
      const state = { version: 4, serial, lineage: 'a-lineage', outputs: {}, resources: [] };
      await this.queue.admin.states.push(this.stack, Readable.from([Buffer.from(JSON.stringify(state))]));
    }
  }

  /** As a run's tool does. */
  async lockedState(): Promise<void> {
    const { run, assignment } = await this.queue.started(this.stack);
    const { id } = (await this.queue.admin.stack(this.stack))!;
    const info = { ID: 'a-lock', Operation: 'OperationTypeApply', Who: 'somebody@somewhere' };
    await this.queue.context.store.transaction((tx) =>
      tx.states.lock({
        stackId: id,
        lockId: info.ID,
        runId: run,
        attempt: assignment.attempt,
        info,
        createdAt: this.queue.now,
      } as never),
    );
  }
}

import { Agent, request } from 'undici';
import { signPoolJwt } from '../../../src/protocol/auth';
import type { Assignment, WorkerViews } from '../../../src/protocol/messages';
import { newWorker, type TestPool } from '../../control-plane/support/control-plane';
import { TestPod } from '../../control-plane/support/pod';

/** A registered worker whose Pods the test plays. */
export class TestWorker {
  private readonly agent: Agent;
  private readonly pods: TestPod[] = [];

  private constructor(
    private readonly pool: TestPool,
    private readonly id: string,
  ) {
    this.agent = new Agent({ connect: { ca: pool.token.ca } });
  }

  static async register(pool: TestPool): Promise<TestWorker> {
    const worker = newWorker();
    const self = new TestWorker(pool, worker.id);
    await self.call('register', { session: 'session', workers: [worker] });
    return self;
  }

  /** Waits for a run, and starts its Pod. */
  async startPod(): Promise<TestPod> {
    return (await this.startAssigned()).pod;
  }

  /** The same, with what was assigned. */
  async startAssigned(): Promise<{ pod: TestPod; assignment: Assignment }> {
    const assignment = await this.nextAssignment();
    const pod = new TestPod(this.pool, assignment, `pod-${assignment.fence}`);
    this.pods.push(pod);
    await pod.start();
    return { pod, assignment };
  }

  /** Says that the Pod is gone, so that the worker is free again. */
  async release(): Promise<void> {
    const { runId, attempt, fence } = (await this.view())!;
    const report = { kind: 'released' };
    await this.call('report', { session: 'session', workerId: this.id, runId, attempt, fence, report });
  }

  async close(): Promise<void> {
    await Promise.all([this.agent.destroy(), ...this.pods.map((pod) => pod.close())]);
  }

  /** Waits for a run. */
  async nextAssignment(): Promise<Assignment> {
    // Bounded, so that a run that never comes fails the test instead of hanging it.
    for (let tries = 0; tries < 500; tries += 1) {
      const assignment = await this.view();
      if (assignment) return assignment;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the worker never got a run');
  }

  private async view(): Promise<Assignment | null | undefined> {
    const { workers } = await this.call<WorkerViews>('watch', { session: 'session', after: 0, waitSeconds: 0 });
    return workers.find((worker) => worker.id === this.id)?.assignment;
  }

  private async call<T>(operation: string, body: object): Promise<T> {
    const { token, privateKeyPem } = this.pool;
    const jwt = await signPoolJwt({ poolId: token.poolId, certificate: token.certificate, privateKeyPem });
    const answer = await request(`${token.endpoint}/worker/v1/${operation}`, {
      method: 'POST',
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${jwt}` },
      body: JSON.stringify(body),
    });
    const json = await answer.body.json();
    if (answer.statusCode !== 200) throw new Error(`${operation} was refused: ${JSON.stringify(json)}`);
    return json as T;
  }
}

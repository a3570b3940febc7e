import { CONFIRM_RUN } from '../../../../src/cli/api/documents';
import { triggerRun } from '../../../../src/cli/api/operations';
import { until } from '../../../../src/cli/demo/kubernetes';
import type { Run, RunPod } from '../../../e2e/installation';
import type { Observed } from './judge';
import type { NodeLab } from './lab';

/** Nothing takes longer: not a start deadline, not a lease. */
const PATIENCE_MS = 400_000;

/** A run of a stack of its own, with the one change that the ledger counts. */
export class CountedRun {
  private constructor(
    readonly lab: NodeLab,
    readonly stack: string,
    readonly id: string,
    private readonly seconds: number,
  ) {}

  /** @param autoDeploy false: it waits for a confirmation after its plan */
  static async begin(lab: NodeLab, seconds: number, autoDeploy = true): Promise<CountedRun> {
    const stack = await lab.stack(seconds, autoDeploy);
    const { id } = await triggerRun(lab.installation.demo.client, stack);
    return new CountedRun(lab, stack, id, seconds);
  }

  async confirm(): Promise<void> {
    await this.lab.installation.demo.client.query(CONFIRM_RUN, { id: this.id });
  }

  run(): Promise<Run> {
    return this.lab.installation.run(this.id);
  }

  log(): Promise<string> {
    return this.lab.installation.log(this.id);
  }

  pods(): Promise<RunPod[]> {
    return this.lab.installation.podsOf(this.id);
  }

  /** The Pod that makes the change. */
  async pod(): Promise<RunPod> {
    const pod = (await this.pods()).find(({ metadata }) => metadata.name.includes('-applying-'));
    if (!pod) throw new Error(`run ${this.id} has no Pod that applies`);
    return pod;
  }

  /** Waits until its change is under way: the ledger says so, and the run's log has a line of it. */
  async changes(): Promise<void> {
    await this.eventually('began its change', async () => (await this.log()).includes('second-1'));
  }

  async reaches(...states: readonly string[]): Promise<Run> {
    return this.eventually(`was ${states.join(' or ')}`, async () => {
      const run = await this.run();
      return (states.includes(run.state) || run.finished) && run;
    });
  }

  /** Waits for its end; undefined if there is none. */
  async ended(): Promise<Run | undefined> {
    return this.eventually('ended', async () => {
      const run = await this.run();
      return run.finished && run;
    }).catch(() => undefined);
  }

  /** Waits until the log has the words. */
  async says(words: string | RegExp): Promise<void> {
    await this.eventually(`said ${words}`, async () => new RegExp(words).test(await this.log()));
  }

  /** Asks again and again; a control plane that is away has not answered yet. */
  private eventually<T>(what: string, attempt: () => Promise<T | undefined | false>): Promise<T> {
    const tell = async (): Promise<string> => {
      const run = await this.run().catch(String);
      return `run ${this.id} never ${what}: ${JSON.stringify(run)}\n${await this.log().catch(String)}`;
    };
    return until(() => attempt().catch(() => undefined), tell, PATIENCE_MS);
  }

  /** What is known of it when all is over. */
  async observed(end: Run | undefined): Promise<Observed> {
    return { id: this.id, end, ...this.lab.ledger.of(this.stack), log: await this.log(), seconds: this.seconds };
  }
}

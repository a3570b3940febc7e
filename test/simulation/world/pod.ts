import { CONTAINER, PATH } from '../../../src/api/names';
import { attemptOf, EXCEEDED_DEADLINE_SECONDS, type RunPod } from '../../../src/controller/run/pod';
import { LauncherExit } from '../../../src/launcher/exit';
import { readIdentity } from '../../../src/launcher/identity';
import { init } from '../../../src/launcher/init/init';
import { relay } from '../../../src/launcher/relay/relay';
import { EXIT } from '../../../src/protocol/exit-codes';
import { encodeToken, type PoolToken } from '../../../src/protocol/token';
import type { SeenPod } from './observers';
import { SimulatedProcess } from './process';
import type { PodSurroundings } from './surroundings';
import { work } from './work';

interface State {
  readonly waiting?: { readonly reason: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason: string;
    readonly message?: string;
    readonly finishedAt: string;
  };
}

interface RunningContainer {
  readonly process: SimulatedProcess;
  readonly terminating: AbortController;
}

type ContainerName = (typeof CONTAINER)[keyof typeof CONTAINER];

const IMAGE_MS: readonly [number, number] = [100, 2_500];
const SIGKILLED = 128 + 9;

/** A run Pod on its node: the product's init and relay in processes of their own, and steps that take their time. */
export class PodOnNode implements SeenPod {
  private readonly states = new Map<ContainerName, State>([
    [CONTAINER.init, { waiting: { reason: 'PodInitializing' } }],
    [CONTAINER.relay, { waiting: { reason: 'PodInitializing' } }],
    [CONTAINER.worker, { waiting: { reason: 'PodInitializing' } }],
  ]);
  private readonly running = new Map<ContainerName, RunningContainer>();
  private readonly lastWords = new Map<ContainerName, string>();
  private readonly volume: string;
  private readonly variables: Record<string, string>;
  private ending: { readonly phase: 'Failed'; readonly reason: string; readonly message: string } | undefined;
  private isEnding = false;
  private startedAt: number | undefined;

  constructor(
    private readonly around: PodSurroundings,
    public pod: RunPod,
  ) {
    this.volume = `/pods/${pod.metadata.uid}`;
    const env = pod.spec.initContainers.at(-1)?.env ?? [];
    this.variables = Object.fromEntries(env.map(({ name, value }) => [name, value ?? pod.metadata.uid ?? '']));
  }

  get label(): string {
    return this.pod.metadata.name;
  }

  get uid(): string {
    return this.pod.metadata.uid ?? '';
  }

  /** Whether steps of the run are at work in it now. */
  isWorking = false;

  get exchange(): string {
    return `${this.volume}/exchange`;
  }

  get isOver(): boolean {
    return this.running.size === 0 && (this.isEnding || this.states.get(CONTAINER.worker)?.terminated !== undefined);
  }

  start(): void {
    const { clock, random } = this.around;
    this.startedAt = clock.monotonic();
    this.tell();
    this.watchDeadline();
    clock.setTimer(random.between(...IMAGE_MS), () => {
      if (this.isEnding) return;
      this.run(CONTAINER.init, (process, terminating) => this.init(process, terminating));
    });
  }

  /** The Pod changed: it may be deleted, or ended by its deadline. */
  take(pod: RunPod): void {
    const before = this.pod;
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined) {
      this.terminate(graceOf(pod));
    }
    if (pod.spec.activeDeadlineSeconds !== before.spec.activeDeadlineSeconds) this.watchDeadline();
  }

  /** SIGTERM to all containers, and SIGKILL after the grace. */
  terminate(graceSeconds: number, ending?: { readonly reason: string; readonly message: string }): void {
    if (ending) this.ending ??= { phase: 'Failed', ...ending };
    if (!this.isEnding) {
      this.isEnding = true;
      for (const { terminating } of this.running.values()) terminating.abort();
    }
    this.around.clock.setTimer(graceSeconds * 1000, () => {
      for (const name of [...this.running.keys()]) this.kill(name);
    });
    if (this.running.size === 0) this.over();
  }

  /** SIGKILL to one container: by the kernel, for want of memory, or by somebody on the node. */
  kill(name: ContainerName, reason = 'Error'): void {
    const container = this.running.get(name);
    if (!container) return;
    container.process.kill();
    this.exited(name, SIGKILLED, reason);
  }

  isRunning(name: ContainerName): boolean {
    return this.running.has(name);
  }

  /** SIGSTOP of a container, or SIGCONT. */
  pause(name: ContainerName, forMs: number): void {
    const process = this.running.get(name)?.process;
    process?.pause();
    if (process) this.around.scheduler.after(forMs, () => process.resume());
  }

  /** The node lost its power: nothing is told. */
  die(): void {
    for (const { process } of this.running.values()) process.kill();
    for (const name of this.running.keys()) {
      this.states.set(name, {
        terminated: { exitCode: SIGKILLED, reason: 'ContainerStatusUnknown', finishedAt: this.time() },
      });
    }
    this.running.clear();
    this.isEnding = true;
    this.stopWork();
  }

  /** The kubelet is back, and says what it finds. */
  comeBack(): void {
    if (this.running.size === 0) this.over();
    else this.tell();
  }

  private init(process: SimulatedProcess, terminating: AbortSignal): Promise<void> {
    this.mount(process);
    const environment = this.variables;
    return init({ ...this.common(process), environment, shim: 'shim', signal: terminating, version: '1.0.0' });
  }

  private common(process: SimulatedProcess) {
    const paths = {
      ...PATH,
      workspace: `${this.volume}/workspace`,
      exchange: this.exchange,
      credentials: `${this.volume}/credentials-${process.name.at(-1)}`,
    };
    const logger = this.around.timeline.loggerOf(process.name);
    const say = (level: 'info' | 'warn' | 'error') => (message: string) => logger[level]({}, message);
    const words = { info: say('info'), warn: say('warn'), error: say('error') };
    return { identity: readIdentity(this.variables), paths, clock: process.clock, logger: words };
  }

  /** The Secret, as the kubelet keeps it up to date; the address says whose requests they are. */
  private mount(process: SimulatedProcess): void {
    const { volumes, network, clock, secret } = this.around;
    const { token, privateKey } = secret();
    const folder = `${this.volume}/credentials-${process.name.at(-1)}`;
    const endpoint = network.addressFor(process);
    const mounted: PoolToken = { ...token, endpoint };
    volumes.write(`${folder}/token`, encodeToken(mounted));
    volumes.write(`${folder}/privateKey`, privateKey);
    if (process.isAlive) clock.setTimer(60_000, () => this.running.size > 0 && this.mount(process));
  }

  private initEnded(): void {
    this.states.set(CONTAINER.relay, { waiting: { reason: 'ContainerCreating' } });
    const { clock, random } = this.around;
    clock.setTimer(random.between(...IMAGE_MS), () => {
      if (this.isEnding) return this.running.size === 0 ? this.over() : undefined;
      this.run(CONTAINER.relay, (process, terminating) => {
        this.mount(process);
        const options = { ...this.common(process), environment: this.variables, terminating };
        return relay({ ...options, print: () => undefined });
      });
      clock.setTimer(random.between(0, 1_500), () => !this.isEnding && this.runWorker());
    });
  }

  private runWorker(): void {
    const { volumes, observe } = this.around;
    const { exchange } = this;
    const script = this.around.script();
    observe.scripted(this, script);
    const observer = {
      begun: () => {
        this.isWorking = true;
        observe.stepBegan(this);
      },
      line: (text: string) => observe.lineWritten(this, text),
      ended: () => this.stopWork(),
    };
    const lastWords = (sentence: string) => void this.lastWords.set(CONTAINER.worker, sentence);
    this.run(CONTAINER.worker, async (process, terminating) => {
      const shim = { process, volumes, exchange, script, terminating, observer, lastWords };
      const code = await work(shim);
      const pipe = volumes.files.get(`${exchange}/worker-alive`);
      if (pipe) pipe.writers = 0;
      if (code !== 0) throw new LauncherExit(code, this.lastWords.get(CONTAINER.worker) ?? '');
    });
  }

  private stopWork(): void {
    if (!this.isWorking) return;
    this.isWorking = false;
    this.around.observe.stepEnded(this);
  }

  private run(name: ContainerName, main: (process: SimulatedProcess, terminating: AbortSignal) => Promise<void>): void {
    const { scheduler, timeline, observe } = this.around;
    const process = new SimulatedProcess(scheduler, `${this.label}.${name}`);
    const terminating = new AbortController();
    this.running.set(name, { process, terminating });
    this.states.set(name, { running: { startedAt: this.time() } });
    timeline.note(this.label, `container ${name} runs`);
    this.tell();
    main(process, terminating.signal).then(
      () => process.isAlive && this.ended(name, process, EXIT.ok),
      (error: unknown) => {
        if (!process.isAlive) return;
        if (error instanceof LauncherExit) return this.ended(name, process, error.exitCode, error.message);
        if (terminating.signal.aborted && terminating.signal.reason === error)
          return this.ended(name, process, EXIT.terminated, 'The Pod is being ended.');
        observe.crashed(this, name, error);
        this.ended(name, process, EXIT.crashed, String(error));
      },
    );
  }

  private ended(name: ContainerName, process: SimulatedProcess, exitCode: number, sentence?: string): void {
    process.kill();
    if (sentence !== undefined && name !== CONTAINER.worker) this.lastWords.set(name, sentence);
    this.exited(name, exitCode, exitCode === 0 ? 'Completed' : 'Error');
  }

  private exited(name: ContainerName, exitCode: number, reason: string): void {
    this.running.delete(name);
    const message = this.lastWords.get(name);
    const finishedAt = this.time();
    this.states.set(name, { terminated: { exitCode, reason, finishedAt, ...(message !== undefined && { message }) } });
    this.around.timeline.note(this.label, `container ${name} ended with ${exitCode}${message ? `: ${message}` : ''}`);
    if (name === CONTAINER.worker) this.stopWork();
    if (this.isEnding) return this.running.size === 0 ? this.over() : this.tell();
    this.tell();
    if (name !== CONTAINER.init) return;
    if (exitCode === 0) this.initEnded();
  }

  /** Nothing of it runs any more. */
  private over(): void {
    this.tell();
    if (this.pod.metadata.deletionTimestamp !== undefined) this.around.finish(this.pod);
  }

  private watchDeadline(): void {
    const seconds = this.pod.spec.activeDeadlineSeconds;
    if (seconds === undefined || this.startedAt === undefined) return;
    const { clock } = this.around;
    const left = this.startedAt + seconds * 1000 - clock.monotonic();
    clock.setTimer(Math.max(left, 10), () => {
      if (this.pod.spec.activeDeadlineSeconds !== seconds || this.isOver) return;
      const message = 'Pod was active on the node longer than the specified deadline';
      if (seconds !== EXCEEDED_DEADLINE_SECONDS) this.around.observe.deadlineExceeded(this);
      this.terminate(this.pod.spec.terminationGracePeriodSeconds ?? 30, { reason: 'DeadlineExceeded', message });
    });
  }

  private time(): string {
    return new Date(this.around.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** The kubelet writes what it sees. */
  private tell(): void {
    this.around.tell(this.pod, this.status());
  }

  private status(): Record<string, unknown> {
    const containers = [CONTAINER.relay, CONTAINER.worker].map((name) => ({ name, state: this.states.get(name) }));
    const init = this.states.get(CONTAINER.init);
    const ended = this.running.size === 0;
    const codes = [...this.states.values()].map(({ terminated }) => terminated?.exitCode);
    const initFailed = init?.terminated !== undefined && init.terminated.exitCode !== 0;
    const all = codes.every((code) => code !== undefined);
    const isOver = ended && (all || initFailed || this.isEnding);
    const phase = !isOver
      ? init?.terminated?.exitCode === 0 && this.running.size > 0
        ? 'Running'
        : 'Pending'
      : codes.every((code) => code === 0)
        ? 'Succeeded'
        : 'Failed';
    const isReady = phase === 'Running' && this.running.size === 2;
    const condition = (type: string, status: boolean) => ({
      type,
      status: status ? 'True' : 'False',
      ...(!status && { reason: 'ContainersNotReady' }),
      lastTransitionTime: this.time(),
    });
    const others = (this.pod.status?.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.includes(type));
    return {
      phase,
      ...(isOver && this.ending),
      conditions: [...others, condition('ContainersReady', isReady), condition('Ready', isReady)],
      initContainerStatuses: [{ name: CONTAINER.init, state: init }],
      containerStatuses: containers,
    };
  }

  /** Which attempt of which run it carries out. */
  get attempt(): { readonly runId: string; readonly stage: string; readonly attempt: number } {
    return attemptOf(this.pod)!;
  }
}

const graceOf = ({ metadata }: RunPod): number =>
  (metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds ?? 30;

const OWN_CONDITIONS = ['ContainersReady', 'Ready'];

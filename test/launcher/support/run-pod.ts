import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { create } from 'tar';
import { systemClock, type Clock } from '../../../src/time';
import { FILE } from '../../../src/launcher/exchange';
import { init, type InitOptions } from '../../../src/launcher/init/init';
import { layDown } from '../../../src/launcher/init/lay-down';
import type { Identity } from '../../../src/launcher/identity';
import type { Logger } from '../../../src/launcher/logger';
import type { Paths } from '../../../src/launcher/paths';
import { relay } from '../../../src/launcher/relay/relay';
import type { RelayOptions } from '../../../src/launcher/relay/context';
import { SHIM_PATH } from '../../../src/launcher/shim/path';
import type { RunSpec, Step } from '../../../src/protocol/messages';
import { POD_VARIABLE } from '../../../src/protocol/environment';
import { mountCredentials, poolCredentials } from './credentials';
import type { PoolCredentials } from './credentials';
import { LauncherApi } from './launcher-api';

const RUN_ID = '01K0RRRRRRRRRRRRRRRRRRRRRR';

/** The shells of this machine that the shim must run in; each is the `sh` of some runner image. */
export const SHELLS: readonly (readonly string[])[] = [
  ['dash'],
  ['bash', '--posix'],
  ...(existsSync('/usr/bin/busybox') || existsSync('/bin/busybox') ? [['busybox', 'sh']] : []),
];

/** Real time, with pauses a tenth as long. */
export const BRISK: Clock = {
  ...systemClock,
  setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / 10, callback),
};

/** Keeps a step until the test has done its part. */
export const UNTIL_TOLD = 'while [ ! -e told ]; do sleep 0.05; done';

export function step(name: string, command: string, successExitCodes: number[] = []): Step {
  return { name, command, successExitCodes };
}

export function runSpec(steps: readonly Step[], more: Partial<RunSpec> = {}): RunSpec {
  return {
    runId: RUN_ID,
    stack: 'network',
    stage: 'applying',
    steps: [...steps],
    environment: {},
    projectRoot: '',
    planStep: null,
    showPlanCommand: null,
    showOutputsCommand: null,
    masked: [],
    keepsWorkspace: true,
    managedState: null,
    tool: null,
    ...more,
  };
}

/** The folders, credentials and containers of one run Pod, as processes of this machine. */
export class RunPod {
  readonly warnings: string[] = [];
  /** What `init` says in the log of its container. */
  readonly told: string[] = [];
  /** What the relay wrote to its standard output. */
  readonly printed: string[] = [];
  readonly terminating = new AbortController();
  private readonly children: ChildProcess[] = [];
  private readonly relays: Promise<void>[] = [];

  private constructor(
    readonly root: string,
    readonly api: LauncherApi,
    readonly credentials: PoolCredentials,
  ) {}

  static async create(run: RunSpec): Promise<RunPod> {
    const api = new LauncherApi(run);
    await api.open();
    const pod = new RunPod(await mkdtemp(join(tmpdir(), 'run-pod-')), api, await poolCredentials());
    await mountCredentials(pod.paths.credentials, pod.credentials.token(api.endpoint), pod.credentials.privateKey);
    return pod;
  }

  /** One whose `init` has succeeded, for a stage that keeps its run state. */
  static async ready(run: RunSpec): Promise<RunPod> {
    const pod = await RunPod.create({ ...run, stage: 'preparing' });
    await pod.source({ 'main.tf': '# empty' });
    await pod.init();
    return pod;
  }

  /** One in which everything is laid down and a relay has said all that the worker container waits for. */
  static async laidDown(steps: readonly Step[], environment: Readonly<Record<string, string>> = {}): Promise<RunPod> {
    const pod = await RunPod.create(runSpec(steps, { environment, projectRoot: 'stack' }));
    await mkdir(join(pod.paths.workspace, 'stack'), { recursive: true });
    await layDown(pod.api.run, pod.paths, SHIM_PATH);
    await writeFile(join(pod.paths.exchange, FILE.relayReady), '');
    await writeFile(join(pod.paths.exchange, FILE.settingsTaken), '');
    return pod;
  }

  /** The text of a file of the exchange folder. */
  exchanged(name: string): string {
    return readFileSync(join(this.paths.exchange, name), 'utf8');
  }

  get paths(): Paths {
    const folder = (name: string): string => join(this.root, name);
    return {
      workspace: folder('workspace'),
      binaries: folder('binaries'),
      binariesCache: folder('binaries-cache'),
      credentials: folder('credentials'),
      exchange: folder('exchange'),
    };
  }

  get identity(): Identity {
    const { run, fence } = this.api;
    const startDeadline = Date.now() + 60_000;
    return {
      runId: run.runId,
      stage: run.stage,
      attempt: 1,
      fence,
      workerName: 'pool-01',
      podUid: 'pod-uid',
      startDeadline,
    };
  }

  get logger(): Logger {
    const keep = (message: string): void => void this.warnings.push(message);
    return { info: (message) => void this.told.push(message), warn: keep, error: keep };
  }

  /** Makes the stack's source of files by name. */
  async source(files: Readonly<Record<string, string>>): Promise<void> {
    const folder = await mkdtemp(join(this.root, 'source-'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o755 });
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: folder, gzip: true }, ['.'])) chunks.push(chunk);
    this.api.source = Buffer.concat(chunks);
  }

  /** @param more what `init` evaluates policies with, say */
  async init(
    changes: Partial<Identity> = {},
    environment: Readonly<Record<string, string>> = {},
    more: Pick<InitOptions, 'opa' | 'policyLimits' | 'toolKeys'> = {},
  ): Promise<void> {
    const { paths, logger } = this;
    const identity = { ...this.identity, ...changes };
    const signal = this.terminating.signal;
    const version = '1.2.3';
    await init({ identity, paths, environment, shim: SHIM_PATH, clock: systemClock, logger, signal, version, ...more });
  }

  /** The container `launcher-grpc`, in this process. */
  relay(changes: Partial<RelayOptions> = {}): Promise<void> {
    const { identity, paths, logger } = this;
    const environment = { [POD_VARIABLE.stopGraceSeconds]: '2' };
    const terminating = this.terminating.signal;
    const print = (text: string): void => void this.printed.push(text);
    const relayed = relay({ identity, paths, environment, clock: BRISK, logger, print, terminating, ...changes });
    this.relays.push(relayed);
    return relayed;
  }

  /** Resolves when output with the text has reached the control plane. */
  arrived(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.api.onLogs = (entries) => {
        if (entries.some((entry) => entry.stream !== 'system' && entry.text.includes(text))) resolve();
        return true;
      };
    });
  }

  /** Starts both containers, and waits until output with the text has reached the control plane. */
  async runUntil(
    text: string,
    how: { relay?: Partial<RelayOptions>; worker?: Readonly<Record<string, string>> } = {},
  ): Promise<{ relayed: Promise<void>; worker: Worker }> {
    const reached = this.arrived(text);
    const relayed = this.relay(how.relay);
    const worker = this.worker(how.worker);
    await reached;
    return { relayed, worker };
  }

  /** Lets a step go on that waits by UNTIL_TOLD. */
  async tell(): Promise<void> {
    await writeFile(join(this.paths.workspace, 'told'), '');
  }

  /** Where the worker container leaves its last words for the kubelet. */
  get lastWords(): string {
    return join(this.root, 'termination-log');
  }

  /** The container `worker`. @param second how long its seconds are, a tenth as long as in a Pod */
  worker(
    environment: Readonly<Record<string, string>> = {},
    shell: readonly string[] = ['dash'],
    second = '0.1',
  ): Worker {
    const [command = '', ...flags] = shell;
    writeFileSync(this.lastWords, '');
    const bin = this.binOf(shell);
    const operands = [join(this.paths.binaries, 'spacelift-worker'), this.paths.exchange, second, this.lastWords];
    const child = spawn(command, [...flags, ...operands], {
      env: { PATH: [bin, process.env['PATH']].join(delimiter), [POD_VARIABLE.stopGraceSeconds]: '20', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.push(child);
    return {
      child,
      stdout: text(child.stdout),
      stderr: text(child.stderr),
      exitCode: once(child, 'exit').then(([code, signal]) => (code as number | null) ?? (signal as string)),
    };
  }

  /** A folder whose `sh` is the given shell, as in an image whose shell it is. */
  private binOf([command = '']: readonly string[]): string {
    const bin = join(this.root, `bin-of-${basename(command)}`);
    if (existsSync(bin)) return bin;
    mkdirSync(bin);
    const path = ['/bin', '/usr/bin'].map((folder) => resolve(folder, command)).find(existsSync);
    if (path !== undefined) symlinkSync(path, join(bin, 'sh'));
    return bin;
  }

  /** A test that fails in its midst leaves its relay at work, which ends when it is heard and needs its folder as long. */
  private async endRelays(): Promise<void> {
    if (this.relays.length === 0) return;
    this.api.refusals.clear();
    this.api.onLogs = () => true;
    await this.api.open();
    this.terminating.abort();
    await Promise.allSettled(this.relays);
  }

  async remove(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    await this.endRelays();
    await this.api.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

export interface Worker {
  readonly child: ChildProcess;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
  readonly exitCode: Promise<number | string>;
}

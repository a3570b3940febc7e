import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startImageProgram } from '../../../bench/image-program';
import { freePort } from '../../../support/own-servers';
import type { ProgramProcess } from '../../../support/program-process';
import { sleep } from '../../../support/waiting';

/** A kubelet starts a container again at once, then after pauses that grow. */
const RESTART_AFTER_MS = 500;
const READY_WITHIN_MS = 60_000;

export interface ControllerOptions {
  /** Path of the program. */
  readonly bundle: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly folder: string;
  /** Flags of Node. @default those of the image */
  readonly nodeFlags?: readonly string[];
}

/** The container of a controller: one process after the other, as a kubelet keeps it, with the arguments of the chart. */
export class ControllerContainer {
  private process: ProgramProcess | undefined;
  private health = '';
  private closed = false;
  /** How often it has ended although nobody here ended it. */
  exits = 0;
  readonly log: string;

  constructor(
    private options: ControllerOptions,
    readonly name: string,
  ) {
    this.log = join(options.folder, `${options.namespace}-${name}.log`);
  }

  async start(): Promise<void> {
    this.health = `127.0.0.1:${await freePort()}`;
    const { bundle, kubeconfig, namespace, nodeFlags } = this.options;
    const started = startImageProgram({
      name: 'controller',
      bundle,
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--namespaces=${namespace}`,
        `--controller-namespace=${namespace}`,
        `--health-probe-bind-address=${this.health}`,
        '--leader-elect',
      ],
      environment: { HOME: this.options.folder },
      log: this.log,
      ...(nodeFlags && { nodeFlags }),
    });
    this.process = started;
    started.ended.catch(async () => {
      this.exits += 1;
      await sleep(RESTART_AFTER_MS);
      if (this.process === started && !this.closed) await this.start();
    });
  }

  /** Kills it with SIGKILL and starts it again, as a kubelet does after the kernel has ended it. */
  async killAndRestart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Asks it to end, as a roll-out does, and starts a new one. */
  async stopAndRestart(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    await process?.stop();
    await this.start();
  }

  async kill(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    await process?.kill();
  }

  pause(): void {
    this.process?.pause();
  }

  resume(): void {
    this.process?.resume();
  }

  /** Starts it again with other flags of Node. */
  async restartWith(nodeFlags: readonly string[] | undefined): Promise<void> {
    this.options = { ...this.options, nodeFlags };
    await this.killAndRestart();
  }

  /** What it has logged until now. */
  get said(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Waits until it has written a line that holds the text, so many times at least. */
  async untilSaid(text: string, times = 1): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (this.said.split(text).length <= times) {
      if (performance.now() > deadline) throw new Error(`controller ${this.name} never said "${text}"`);
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const { process } = this;
    this.process = undefined;
    process?.resume();
    await process?.kill();
  }
}

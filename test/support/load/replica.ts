import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { apiKeyEnvironment, loopback, whereItListens, type Ports } from '../control-plane-process';
import { freePort } from '../own-servers';
import { ProgramProcess, type ProgramOptions, type Usage } from '../program-process';
import { sleep } from '../waiting';

/** How long a control plane stays away after it was killed. */
const AWAY_MS = 300;

export interface ControlPlaneProgram {
  /** Takes all files. */
  readonly folder: string;
  /** Arguments of Node that run the control plane's command. */
  readonly program: readonly string[];
}

export interface ReplicaOptions extends ControlPlaneProgram, Pick<ProgramOptions, 'openFiles'> {
  readonly name: string;
  readonly settings: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly onListen: (ports: Ports) => void;
}

/** A control plane as a process, on the same ports each time. */
export class Replica {
  readonly dataDir: string;
  /** Where what it says is. */
  readonly log: string;
  private ports: Ports | undefined;
  private running: ProgramProcess | undefined;

  constructor(private readonly options: ReplicaOptions) {
    this.dataDir = join(options.folder, `${options.name}-data`);
    this.log = join(options.folder, `${options.name}.log`);
    mkdirSync(options.folder, { recursive: true });
  }

  async start(): Promise<Ports> {
    const { program, settings, environment, onListen, openFiles } = this.options;
    // Connections are made all the while that it is away.
    this.ports ??= { https: await freePort(), mqtts: await freePort(), metrics: await freePort() };
    const said = statSync(this.log, { throwIfNoEntry: false })?.size;
    this.running = new ProgramProcess({
      name: `the ${this.options.name} control plane`,
      args: [...program, 'control-plane', ...loopback(this.dataDir, this.ports), ...settings],
      environment: { ...apiKeyEnvironment, ...environment },
      log: this.log,
      ...(openFiles !== undefined && { openFiles }),
    });
    this.ports = await whereItListens(this.running, this.log, said);
    onListen(this.ports);
    return this.ports;
  }

  /** Where `/metrics` is; it listens by then. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.ports!.metrics}/metrics`;
  }

  get pid(): number {
    return this.running!.pid;
  }

  usage(): Usage {
    return this.running!.usage();
  }

  /** Rejects when it ends by itself. */
  get ended(): Promise<never> {
    return this.running!.ended;
  }

  async kill(): Promise<void> {
    await this.running?.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    await sleep(AWAY_MS);
    await this.start();
  }

  async standStill(seconds: number, signal: AbortSignal): Promise<void> {
    this.running?.pause();
    try {
      await sleep(seconds * 1000, undefined, { signal });
    } finally {
      this.running?.resume();
    }
  }

  async stop(): Promise<void> {
    await this.running?.stop();
  }
}

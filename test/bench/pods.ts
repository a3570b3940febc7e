import { Agent, request } from 'undici';
import { ANNOTATION, CONTAINER, LABEL } from '../../src/api';
import { runPath } from '../../src/protocol/messages';
import type { ApiClient, BenchObject } from './api-client';

export interface PlayOptions {
  readonly client: ApiClient;
  /** Path of the Pods' collection. */
  readonly path: string;
  /** `https://host:port` of the control plane. */
  readonly endpoint: string;
  readonly ca: string;
  /** Gives the JWT of the pool. */
  readonly jwt: () => Promise<string>;
}

/** Plays node and launcher: a Pod runs, says what a run Pod says, and ends well. */
export class PodPlayer {
  private readonly agent: Agent;

  constructor(private readonly options: PlayOptions) {
    this.agent = new Agent({ connections: 32, connect: { ca: options.ca } });
  }

  async play(pod: BenchObject): Promise<void> {
    await this.begin(pod);
    const entry = { sequence: 1, time: Date.now(), stream: 'stdout', step: 'plan', text: 'No changes.\n' };
    await this.tell(pod, 'logs', { writer: 'relay', entries: [entry] });
    const message = 'The plan has no changes.';
    await this.tell(pod, 'outcome', { reason: 'Succeeded', message, exitCode: 0, hasChanges: false });
    await this.become(pod, SUCCEEDED);
  }

  /** As far as its run goes on. */
  async begin(pod: BenchObject): Promise<void> {
    await this.tell(pod, 'start', { podUid: pod.metadata.uid });
    await this.become(pod, RUNNING);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private become(pod: BenchObject, status: object): Promise<unknown> {
    return this.options.client.patch(`${this.options.path}/${pod.metadata.name}/status`, { status });
  }

  private async tell({ metadata }: BenchObject, operation: string, body: object): Promise<void> {
    const { endpoint, jwt } = this.options;
    const number = (name: string): number => Number(metadata.annotations?.[name]);
    const path = runPath(metadata.labels?.[LABEL.runId] ?? '', number(ANNOTATION.attempt), operation);
    const answer = await request(endpoint + path, {
      method: 'POST',
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${await jwt()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fence: number(ANNOTATION.fence), ...body }),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${operation} of ${metadata.name} was refused: ${text}`);
  }
}

const TIME = '2026-01-01T00:00:00Z';
const ENDED = { terminated: { exitCode: 0, reason: 'Completed', startedAt: TIME, finishedAt: TIME } };

const containerStatus = (name: string, state: object, ready: boolean): object => ({
  name,
  state,
  ready,
  started: ready,
  restartCount: 0,
  image: 'example.test/image:1',
  imageID: 'example.test/image@sha256:0',
});

const statusOf = (phase: string, state: object, ready: boolean): object => ({
  phase,
  startTime: TIME,
  conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: ready || type === 'PodScheduled' || type === 'Initialized' ? 'True' : 'False',
    lastTransitionTime: TIME,
  })),
  initContainerStatuses: [containerStatus(CONTAINER.init, ENDED, true)],
  containerStatuses: [CONTAINER.relay, CONTAINER.worker].map((name) => containerStatus(name, state, ready)),
});

export const RUNNING = statusOf('Running', { running: { startedAt: TIME } }, true);
export const SUCCEEDED = statusOf('Succeeded', ENDED, false);

/** Of a Pod whose first container has ended so: the others never began. */
export const statusOfFailedInit = (exitCode: number): object => ({
  phase: 'Failed',
  startTime: TIME,
  initContainerStatuses: [
    containerStatus(CONTAINER.init, { terminated: { ...ENDED.terminated, exitCode, reason: 'Error' } }, false),
  ],
});

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { request, Agent } from 'undici';
import { signPoolJwt } from '../../../src/protocol/auth';
import { FENCE_HEADER, runPath, type LogEntry, type RunSpec } from '../../../src/protocol/messages';
import type { TestPool } from './control-plane';

type Content = string | Buffer | Readable;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** What a run Pod says, over real HTTP. */
export class TestPod {
  private readonly agent: Agent;

  constructor(
    private readonly pool: TestPool,
    private readonly assignment: { runId: string; attempt: number; fence: number },
    readonly uid = 'pod-uid',
  ) {
    this.agent = new Agent({ connect: { ca: pool.token.ca } });
  }

  /** @param servesState false for a launcher of before */
  async start(servesState = true, asksPolicy = false): Promise<RunSpec> {
    const { fence } = this.assignment;
    const { status, body } = await this.post('start', { fence, podUid: this.uid, servesState, asksPolicy });
    if (status !== 200) throw new Error(`start was refused: ${JSON.stringify(body)}`);
    return body as unknown as RunSpec;
  }

  log(writer: 'init' | 'relay', entries: LogEntry[]): Promise<Answer> {
    return this.post('logs', { fence: this.assignment.fence, writer, entries });
  }

  heartbeat(waitSeconds = 0): Promise<Answer> {
    return this.post('heartbeat', { fence: this.assignment.fence, step: 'plan', waitSeconds });
  }

  outcome(reason: string, hasChanges = false, message = `it ${reason}`): Promise<Answer> {
    return this.post('outcome', {
      fence: this.assignment.fence,
      reason,
      message,
      exitCode: 0,
      hasChanges,
    });
  }

  async put(content: Content): Promise<Answer> {
    return this.send('PUT', 'workspace', content);
  }

  /** Begins an upload in parts; gives its name. */
  async begin(): Promise<string> {
    const { status, body } = await this.post('upload', { fence: this.assignment.fence });
    if (status !== 200) throw new Error(`the upload was refused: ${JSON.stringify(body)}`);
    return String(body.upload);
  }

  part(upload: string, offset: number, content: Content): Promise<Answer> {
    return this.send('PUT', `workspace?${new URLSearchParams({ upload, offset: String(offset) }).toString()}`, content);
  }

  uploaded(upload: string, content: Buffer): Promise<Answer> {
    const sha256 = createHash('sha256').update(content).digest('hex');
    return this.post('uploaded', { fence: this.assignment.fence, upload, size: content.length, sha256 });
  }

  /** The state that the tool is given; undefined when there is none. */
  async state(): Promise<string | undefined> {
    const { status, text } = await this.get('state');
    if (status === 204) return undefined;
    if (status !== 200) throw new Error(`the state was refused: ${text}`);
    return text;
  }

  putState(content: Content, lock?: string): Promise<Answer> {
    return this.send(
      'PUT',
      lock === undefined ? 'state' : `state?${new URLSearchParams({ lock }).toString()}`,
      content,
    );
  }

  lock(ID: string, more: object = {}): Promise<Answer> {
    return this.post('lock', { fence: this.assignment.fence, lock: { ID, Operation: 'OperationTypeApply', ...more } });
  }

  unlock(id: string): Promise<Answer> {
    return this.post('unlock', { fence: this.assignment.fence, id });
  }

  async get(what: 'source' | 'workspace' | 'state'): Promise<{ status: number; text: string }> {
    const response = await request(this.url(what), { dispatcher: this.agent, headers: await this.headers() });
    return { status: response.statusCode, text: await response.body.text() };
  }

  post(operation: string, body: object): Promise<Answer> {
    return this.send('POST', operation, JSON.stringify(body));
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async send(method: 'POST' | 'PUT', operation: string, content: Content): Promise<Answer> {
    const options = { method, dispatcher: this.agent, headers: await this.headers(), body: content } as const;
    const response = await request(this.url(operation), options);
    return { status: response.statusCode, body: (await response.body.json()) as Record<string, unknown> };
  }

  private url(operation: string): string {
    return `${this.pool.token.endpoint}${runPath(this.assignment.runId, this.assignment.attempt, operation)}`;
  }

  private async headers(): Promise<Record<string, string>> {
    const { token, privateKeyPem } = this.pool;
    const jwt = await signPoolJwt({ poolId: token.poolId, certificate: token.certificate, privateKeyPem });
    return { authorization: `Bearer ${jwt}`, [FENCE_HEADER]: String(this.assignment.fence) };
  }
}

export const line = (sequence: number, text = `line ${sequence}\n`): LogEntry => ({
  sequence,
  time: 1_700_000_000_000 + sequence,
  stream: 'stdout',
  step: 'plan',
  text,
});

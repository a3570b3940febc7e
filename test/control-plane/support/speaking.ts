import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { signPoolJwt } from '../../../src/protocol/auth';
import { WORKER_PATH } from '../../../src/protocol/messages';
import type { TestControlPlane, TestPool } from './control-plane';

type Body = string | Readable;
type Headers = Readonly<Record<string, string>>;

/** Requests as controllers and people send them, over connections that are kept; `close` ends them. */
export class Speaker {
  private readonly agent: Agent;

  constructor(
    private readonly controlPlane: Pick<TestControlPlane, 'url' | 'ca' | 'apiKey'>,
    connections = 8,
  ) {
    this.agent = new Agent({ connect: { ca: controlPlane.ca }, connections });
  }

  async send(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    { body, jwt, headers }: { readonly body?: Body; readonly jwt?: string; readonly headers?: Headers } = {},
  ): Promise<Dispatcher.ResponseData> {
    return request(new URL(path, this.controlPlane.url), {
      method,
      dispatcher: this.agent,
      headers: { ...headers, ...(jwt !== undefined && { authorization: `Bearer ${jwt}` }) },
      ...(body !== undefined && { body }),
    });
  }

  /** What the controller of a pool asks. */
  async operation(pool: TestPool, name: string, body: object, headers?: Headers): Promise<Dispatcher.ResponseData> {
    const given = { body: JSON.stringify(body), jwt: await proofOf(pool), ...(headers && { headers }) };
    return this.send('POST', `${WORKER_PATH}/${name}`, given);
  }

  /** The field of a document that has one. */
  async ask<T>(query: string, variables: object, jwt?: string): Promise<T> {
    const body = JSON.stringify({ query, variables });
    const answer = await this.send('POST', '/graphql', { body, ...(jwt !== undefined && { jwt }) });
    const { data } = (await answer.body.json()) as { data: Record<string, T> };
    return Object.values(data)[0]!;
  }

  /** The JWT of the API key. */
  async logIn(): Promise<string> {
    const query = 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }';
    return (await this.ask<{ jwt: string }>(query, this.controlPlane.apiKey)).jwt;
  }

  /**
   * Makes a request whose answer will take its time, and waits until the control plane has taken it. What is asked after
   * it, over a connection of its own, is answered only then.
   */
  async begin<T>(path: string, make: () => Promise<T>): Promise<{ readonly answer: Promise<T> }> {
    const sent = headersSentTo(path);
    const answer = make();
    await Promise.race([sent, answer]);
    const other = new Speaker(this.controlPlane);
    await (await other.send('GET', '/healthz')).body.dump();
    await other.close();
    return { answer };
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

const SEND_HEADERS = 'undici:client:sendHeaders';

function headersSentTo(path: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (message: unknown): void => {
      if ((message as { request: { path: string } }).request.path !== path) return;
      unsubscribe(SEND_HEADERS, look);
      resolve();
    };
    subscribe(SEND_HEADERS, look);
  });
}

export const proofOf = ({ id, token, privateKeyPem }: TestPool): Promise<string> =>
  signPoolJwt({ poolId: id, certificate: token.certificate, privateKeyPem });

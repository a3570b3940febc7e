import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { UserError } from '../run-program';
import type { Connection } from './connection';

/** A control plane as the commands see it; every failure is a UserError with a sentence. */
export class ApiClient {
  private readonly agent: Agent;
  private jwt: Promise<string> | undefined;

  constructor(private readonly connection: Connection) {
    this.agent = new Agent({ connect: connection.ca === undefined ? {} : { ca: connection.ca }, bodyTimeout: 60_000 });
  }

  /** Runs a GraphQL document as the API key's user. */
  async query<T>(document: string, variables: object = {}): Promise<T> {
    return this.post<T>(document, variables, await this.login());
  }

  /** Uploads a stream. */
  async upload(path: string, body: Readable): Promise<void> {
    const response = await this.send(path, { method: 'PUT', body });
    await response.body.dump();
  }

  /** The chunks of a streamed answer. */
  async stream(path: string): Promise<Readable> {
    return (await this.send(path, { method: 'GET' })).body;
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private login(): Promise<string> {
    const { id, secret } = this.connection;
    const document = 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }';
    this.jwt ??= this.post<{ apiKeyUser: { jwt: string } }>(document, { id, secret }).then(
      (data) => data.apiKeyUser.jwt,
    );
    return this.jwt;
  }

  private async post<T>(query: string, variables: object, jwt?: string): Promise<T> {
    const response = await this.reach('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(jwt ? { authorization: `Bearer ${jwt}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.body.json().catch(() => ({}))) as { data?: T; errors?: { message: string }[] };
    const [error] = answer.errors ?? [];
    if (error) throw new UserError(error.message);
    if (!answer.data)
      throw new UserError(`${this.connection.url} answers ${response.statusCode}, but not as a control plane does`);
    return answer.data;
  }

  private async send(path: string, options: { method: 'GET' | 'PUT'; body?: Readable }) {
    const response = await this.reach(path, { ...options, headers: { authorization: `Bearer ${await this.login()}` } });
    if (response.statusCode === 200) return response;
    // It may have run out while a log was followed; the next request logs in again.
    if (response.statusCode === 401) this.jwt = undefined;
    const body = (await response.body.json().catch(() => ({}))) as { message?: string };
    throw new UserError(body.message ?? `the control plane answers ${response.statusCode}`);
  }

  private async reach(path: string, options: Parameters<typeof request>[1]) {
    const url = `${this.connection.url}${path}`;
    try {
      return await request(url, { ...options, dispatcher: this.agent });
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string };
      const hint = /CERT|SIGNED|VERIFY|ALTNAME/.test(code) ? ' (give its authority with --ca)' : '';
      throw new UserError(`${this.connection.url} cannot be reached: ${code || message}${hint}`);
    }
  }
}

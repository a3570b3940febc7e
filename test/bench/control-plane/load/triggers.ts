import { Pool } from 'undici';
import type { Connection } from '../../../../src/cli/api/connection';

/** As a program has them that triggers many. */
const CONNECTIONS = 16;

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** Queues runs, as a program does that asks for nothing but their ULIDs. */
export class Triggers {
  private readonly connections: Pool;

  private jwt = '';

  private constructor({ url, ca }: Connection) {
    this.connections = new Pool(url, { connections: CONNECTIONS, ...(ca !== undefined && { connect: { ca } }) });
  }

  static async open(connection: Connection): Promise<Triggers> {
    const triggers = new Triggers(connection);
    const { id, secret } = connection;
    const document = 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }';
    const { apiKeyUser } = await triggers.ask<{ apiKeyUser: { jwt: string } }>(document, { id, secret: secret() });
    triggers.jwt = apiKeyUser.jwt;
    return triggers;
  }

  /** @returns the ULID of the run */
  async trigger(stack: string): Promise<string> {
    const document = 'mutation($stack: ID!) { runTrigger(stack: $stack, autoDeploy: true) { id } }';
    return (await this.ask<{ runTrigger: { id: string } }>(document, { stack })).runTrigger.id;
  }

  close(): Promise<void> {
    return this.connections.destroy();
  }

  private async ask<T>(query: string, variables: object): Promise<T> {
    const { body } = await this.connections.request({
      method: 'POST',
      path: '/graphql',
      headers: {
        'content-type': 'application/json',
        ...(this.jwt !== '' && { authorization: `Bearer ${this.jwt}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await body.json()) as Answer<T>;
    if (data && !errors) return data;
    throw new Error(errors?.[0]?.message ?? 'the API did not answer as GraphQL does');
  }
}

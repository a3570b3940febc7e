import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { TestControlPlane } from '../../support/control-plane';
import type { Json } from './api';
import { PUBLIC_CLIENTS } from './public-clients';

export interface ClientAnswer {
  readonly status: number;
  readonly data: Json | null | undefined;
  readonly messages: readonly string[];
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

/** Sends what a public client sends, byte for byte as Go's HTTP client does, and reads what comes back as it does. */
export class ClientOverHttps {
  private constructor(
    private readonly client: keyof typeof PUBLIC_CLIENTS,
    private readonly controlPlane: TestControlPlane,
    private readonly agent: Agent,
    readonly jwt: string | undefined,
  ) {}

  static stranger(client: keyof typeof PUBLIC_CLIENTS, controlPlane: TestControlPlane, jwt?: string): ClientOverHttps {
    return new ClientOverHttps(client, controlPlane, new Agent({ ca: controlPlane.ca, keepAlive: true }), jwt);
  }

  /** One that has exchanged its key for a token, as this client does. */
  static async loggedIn(
    client: keyof typeof PUBLIC_CLIENTS,
    controlPlane: TestControlPlane,
    key: Credentials,
  ): Promise<ClientOverHttps> {
    const stranger = ClientOverHttps.stranger(client, controlPlane);
    const { jwt } = (await stranger.logIn(key)).data!.apiKeyUser as { jwt: string };
    return new ClientOverHttps(client, controlPlane, stranger.agent, jwt);
  }

  logIn({ id, secret }: Credentials): Promise<ClientAnswer> {
    const { logIn } = PUBLIC_CLIENTS[this.client];
    const names = [...logIn.matchAll(/\$(\w+): ?(?:ID|String)!/g)].map(([, name]) => name!);
    return this.ask(logIn, { [names[0]!]: id, [names[1]!]: secret });
  }

  ask(query: string, variables?: object, operationName?: string): Promise<ClientAnswer> {
    const { endsLine } = PUBLIC_CLIENTS[this.client];
    return this.send(JSON.stringify({ query, variables, operationName }) + (endsLine ? '\n' : ''));
  }

  send(body: string): Promise<ClientAnswer> {
    const { headers } = PUBLIC_CLIENTS[this.client];
    return new Promise((resolve, reject) => {
      const sent = request(`${this.controlPlane.endpoint}/graphql`, {
        method: 'POST',
        agent: this.agent,
        headers: {
          'User-Agent': 'Go-http-client/1.1',
          'Content-Length': Buffer.byteLength(body),
          'Content-Type': 'application/json',
          'Accept-Encoding': 'gzip',
          ...(this.jwt !== undefined && { ...headers, Authorization: `Bearer ${this.jwt}` }),
        },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        buffer(response).then((bytes) => {
          const isZipped = response.headers['content-encoding'] === 'gzip';
          const { data, errors = [] } = JSON.parse((isZipped ? gunzipSync(bytes) : bytes).toString()) as {
            readonly data?: Json | null;
            readonly errors?: readonly { readonly message: string }[];
          };
          resolve({ status: response.statusCode ?? 0, data, messages: errors.map(({ message }) => message) });
        }, reject);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  graphql,
  isEnumType,
  isListType,
  isScalarType,
  type GraphQLOutputType,
} from 'graphql';
import { encodeToken } from '../../../src/protocol/token';

/** What would steer a terminal, and begin a line of its own. */
export const HOSTILE = '\u001b[31mred\u001b]0;title\u0007\u202eturned\u0085\u009b2J\r\nFAKED\tline';

/** Answers that say nothing by themselves, by their fields. */
const OTHERS: Readonly<Record<string, unknown>> = {
  hasNextPage: false,
  metadata: JSON.stringify({ [HOSTILE]: HOSTILE }),
  jwt: 'jwt',
  config: encodeToken({
    version: 1,
    poolId: '01K3ZC0000000000000000000P',
    endpoint: 'https://pools.example.com',
    mqtt: 'mqtts://pools.example.com:8883',
    ca: '',
    certificate: '-----BEGIN CERTIFICATE-----',
  }),
};

/** A control plane of which every text that it stores is hostile; or one that refuses everything with such words. */
export class HostileControlPlane {
  private readonly schema = buildSchema(readFileSync('docs/reference/schema.graphql', 'utf8'));
  private readonly server: Server;

  private constructor(private readonly refuses: boolean) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start({ refuses = false } = {}): Promise<HostileControlPlane> {
    const self = new HostileControlPlane(refuses);
    await new Promise<void>((resolve) => self.server.listen(0, '127.0.0.1', resolve));
    return self;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const url = request.url ?? '';
    if (url === '/graphql') response.end(JSON.stringify(await this.graphql(body)));
    else if (this.refuses) response.writeHead(409).end(JSON.stringify({ message: HOSTILE, code: 'conflict' }));
    else if (url.includes('/log')) response.end(logOf(HOSTILE));
    else response.end(HOSTILE);
  }

  private async graphql(body: string): Promise<unknown> {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    const isLogIn = query.includes('apiKeyUser');
    if (this.refuses && !isLogIn) return { errors: [{ message: HOSTILE, extensions: { code: 'conflict' } }] };
    return graphql({
      schema: this.schema,
      source: query,
      variableValues: variables,
      fieldResolver: (_source, _args, _context, { fieldName, returnType }) =>
        fieldName in OTHERS ? OTHERS[fieldName] : valueOf(returnType),
    });
  }
}

function valueOf(type: GraphQLOutputType): unknown {
  if (isListType(getNullableType(type))) return [valueOf(getNamedType(type))];
  const named = getNamedType(type);
  if (isEnumType(named)) return named.getValues()[0]!.value;
  if (!isScalarType(named)) return {};
  if (named.name === 'Boolean') return true;
  return named.name === 'Int' || named.name === 'Float' ? 1 : HOSTILE;
}

const logOf = (words: string): string =>
  [
    { id: 1, stream: 'system', text: words },
    { id: 2, stream: 'stdout', text: words },
    { state: 'FAILED', reason: words, message: words },
  ]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');

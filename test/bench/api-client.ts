import { Pool } from 'undici';
import type { ApiServer } from '../support/api-server.start';

/** As many requests at once as the bare client of the comparison has. */
export const PARALLEL = 32;

/** The least that a Kubernetes object needs to be told apart. */
export interface BenchObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export type Change = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Watch {
  /** Rejects when the collection cannot be followed any more: nothing that was measured by it counts. */
  readonly broken: Promise<never>;
  close(): void;
}

interface BenchList<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

const AGENT = 'worker-pools-bench';
/** How often a watch may be begun. */
const WATCHES = 20;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** The bare client: JSON over keep-alive connections, and nothing else. */
export class ApiClient {
  private readonly requests: Pool;
  private readonly watches: Pool;
  private readonly headers: Record<string, string>;

  /** @param token of a ServiceAccount. @default - it is the administrator */
  constructor(server: ApiServer, token?: string) {
    const administrator = { cert: server.certificate, key: server.privateKey };
    const connect = { ca: server.ca, ...(token === undefined && administrator) };
    this.headers = { 'user-agent': AGENT, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    this.requests = new Pool(server.url, { connections: PARALLEL, connect });
    this.watches = new Pool(server.url, { connect, bodyTimeout: 0 });
  }

  /** @throws Error with the API server's words for a status of 400 and more */
  async request<T>(method: string, path: string, body?: string, type = 'application/json'): Promise<T> {
    const answer = await this.requests.request({
      method,
      path,
      headers: { ...this.headers, accept: 'application/json', 'content-type': type },
      body: body ?? null,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text) as T;
  }

  create<T>(path: string, body: object): Promise<T> {
    return this.request<T>('POST', path, JSON.stringify(body));
  }

  patch(path: string, body: object): Promise<unknown> {
    return this.request('PATCH', path, JSON.stringify(body), 'application/merge-patch+json');
  }

  /** Follows a collection; with `metadataOnly` the server leaves spec and status out. */
  watch<T extends BenchObject>(
    path: string,
    onChange: (change: Change, object: T) => void,
    options: { readonly metadataOnly?: boolean } = {},
  ): Watch {
    const closing = new AbortController();
    const known = new Map<string, T>();
    const tell = (change: Change, object: T): void => {
      if (change === 'DELETED') known.delete(object.metadata.name);
      else known.set(object.metadata.name, object);
      onChange(change, object);
    };
    const accept = options.metadataOnly ? METADATA_ONLY : 'application/json';
    const broken = (async (): Promise<never> => {
      // The API server drops a watcher that a busy machine keeps from reading for too long.
      for (let begun = 0; begun < WATCHES; begun += 1) {
        const list = await this.request<BenchList<T>>('GET', path);
        tellDifference(known, list.items, tell);
        const query = `watch=1&timeoutSeconds=3600&resourceVersion=${list.metadata.resourceVersion}`;
        const { body, statusCode } = await this.watches.request({
          method: 'GET',
          path: `${path}?${query}`,
          headers: { ...this.headers, accept },
          signal: closing.signal,
        });
        if (statusCode !== 200)
          throw new Error(`the watch of ${path} was answered ${statusCode}: ${await body.text()}`);
        await follow<T>(body, tell);
      }
      throw new Error(`the watch of ${path} ended ${WATCHES} times: this machine is too busy to measure anything`);
    })();
    // Whoever waits for something races it against this; nobody may be waiting when the bench closes.
    broken.catch(() => undefined);
    return { broken, close: () => closing.abort() };
  }

  async close(): Promise<void> {
    await Promise.all([this.requests.destroy(), this.watches.destroy()]);
  }
}

function tellDifference<T extends BenchObject>(
  known: ReadonlyMap<string, T>,
  items: readonly T[],
  tell: (change: Change, object: T) => void,
): void {
  const listed = new Set(items.map(({ metadata }) => metadata.name));
  for (const object of [...known.values()]) if (!listed.has(object.metadata.name)) tell('DELETED', object);
  for (const object of items) tell('MODIFIED', object);
}

async function follow<T>(body: AsyncIterable<Buffer>, onChange: (change: Change, object: T) => void): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as { type: string; object: T };
      if (event.type === 'ERROR') throw new Error(line);
      if (event.type !== 'BOOKMARK') onChange(event.type as Change, event.object);
    }
  }
}

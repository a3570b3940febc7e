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
  /** Rejects when the watch ends before it was closed: nothing that was measured by it counts. */
  readonly broken: Promise<never>;
  close(): void;
}

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** The bare client: JSON over keep-alive connections, and nothing else. It is the administrator. */
export class ApiClient {
  private readonly requests: Pool;
  private readonly watches: Pool;

  constructor(server: ApiServer) {
    const connect = { ca: server.ca, cert: server.certificate, key: server.privateKey };
    this.requests = new Pool(server.url, { connections: PARALLEL, connect });
    this.watches = new Pool(server.url, { connect, bodyTimeout: 0 });
  }

  /** @throws Error with the API server's words for a status of 400 and more */
  async request<T>(method: string, path: string, body?: string, type = 'application/json'): Promise<T> {
    const answer = await this.requests.request({
      method: method as 'GET',
      path,
      headers: { accept: 'application/json', 'content-type': type, 'user-agent': 'worker-pools-bench' },
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

  /** Follows a collection from now on; with `metadataOnly` the server leaves spec and status out. */
  async watch<T extends BenchObject>(
    path: string,
    onChange: (change: Change, object: T) => void,
    options: { readonly metadataOnly?: boolean } = {},
  ): Promise<Watch> {
    const list = await this.request<{ metadata: { resourceVersion: string } }>('GET', `${path}?limit=1`);
    const closing = new AbortController();
    const { body, statusCode } = await this.watches.request({
      method: 'GET',
      path: `${path}?watch=1&timeoutSeconds=3600&resourceVersion=${list.metadata.resourceVersion}`,
      headers: {
        accept: options.metadataOnly ? METADATA_ONLY : 'application/json',
        'user-agent': 'worker-pools-bench',
      },
      signal: closing.signal,
    });
    if (statusCode !== 200) throw new Error(`the watch of ${path} was answered ${statusCode}: ${await body.text()}`);
    const broken = follow<T>(body, onChange).then(
      () => Promise.reject(new Error(`the watch of ${path} ended`)),
      (error: unknown) => Promise.reject(new Error(`the watch of ${path} broke`, { cause: error })),
    );
    // Who waits for something races it against this; nobody may be waiting when the bench closes.
    broken.catch(() => undefined);
    return { broken, close: () => closing.abort() };
  }

  async close(): Promise<void> {
    await Promise.all([this.requests.destroy(), this.watches.destroy()]);
  }
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

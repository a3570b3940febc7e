import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string };
}

/** The parts of ExportTraceServiceRequest (OTLP 1.x, JSON) that tests look at. */
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SentSpan, 'attributes' | 'resource'> & {
        readonly attributes: readonly KeyValue[];
      })[];
    }[];
  }[];
}

type Attributes = Readonly<Record<string, string | number>>;

export interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

/** Takes traces as an OTLP receiver does, by HTTP and JSON. */
export class TraceReceiver {
  readonly spans: SentSpan[] = [];
  /** All that came, as it came. */
  readonly bodies: unknown[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceReceiver> {
    const server = createServer((request, response) => {
      void json(request).then((body) => {
        const isTraces = request.method === 'POST' && request.url === '/v1/traces';
        if (isTraces) receiver.take(body as ExportRequest);
        response.writeHead(isTraces ? 200 : 404, { 'Content-Type': 'application/json' }).end('{}');
      });
    });
    const receiver = new TraceReceiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(body: ExportRequest): void {
    this.bodies.push(body);
    for (const { resource, scopeSpans } of body.resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ ...span, attributes: plain(span.attributes), resource: plain(resource.attributes) });
      }
    }
  }
}

const plain = (attributes: readonly KeyValue[]): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));

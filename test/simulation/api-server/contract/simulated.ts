import { FakeClock } from '../../../support/fake-clock';
import { SimulatedApiServer } from '..';
import { SimulatedTransport } from '../transport';
import type { ContractServer, SeenAnswer, SeenEvent, SeenWatch } from './lab';

/** The simulated server, for one case: time goes on while something is waited for. */
export function simulatedServer(): ContractServer {
  const clock = new FakeClock();
  let seed = 1;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const server = new SimulatedApiServer({ clock, random });
  server.user.createNamespace('case');
  const transport = new SimulatedTransport({ server, name: 'case', clock, signal: undefined, timeoutMs: 0 });
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    await clock.advance(20);
    return promise;
  };
  return {
    namespace: 'case',
    async request(method, path, body) {
      const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const request = { method, path, contentType, ...(body && { body: JSON.stringify(body) }) };
      const answer = await settled(transport.send(request));
      return { status: answer.status, body: JSON.parse(await transport.text(request, answer)) as SeenAnswer['body'] };
    },
    async watch(path) {
      const { body } = await settled(transport.send({ method: 'GET', path }));
      return new SimulatedWatch(clock, body);
    },
    async until(what, condition) {
      for (let tries = 0; tries < 100; tries += 1) {
        if (await condition()) return;
        await clock.advance(1_000);
      }
      throw new Error(`never happened: ${what}`);
    },
  };
}

class SimulatedWatch implements SeenWatch {
  private readonly seen: SeenEvent[] = [];
  private ended = false;

  constructor(
    private readonly clock: FakeClock,
    private readonly body: AsyncIterable<Buffer> & { destroy(): unknown },
  ) {
    void this.read();
  }

  async events(count: number): Promise<readonly SeenEvent[]> {
    await this.clock.advance(100);
    if (this.seen.length < count) throw new Error(`only ${this.seen.length} events came`);
    return this.seen;
  }

  async untilEnd(): Promise<readonly SeenEvent[]> {
    while (!this.ended) await this.clock.advance(1_000);
    return this.seen;
  }

  close(): void {
    this.body.destroy();
  }

  private async read(): Promise<void> {
    for await (const chunk of this.body) {
      for (const line of chunk.toString().split('\n').filter(Boolean)) this.seen.push(JSON.parse(line) as SeenEvent);
    }
    this.ended = true;
  }
}

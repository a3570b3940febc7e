import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { TestQueue } from '../control-plane/support/queue';
import { Balancer } from '../support/balancer';
import { FrozenProxy } from '../support/frozen-proxy';
import { until } from '../support/until';
import { GitHost } from './support/git-host';
import { Agents, newPool, TunnelReplica } from './support/tunnel';

let queue: TestQueue;
let host: GitHost;
let agents: Agents;
const toClose: { close(): Promise<unknown> }[] = [];

beforeEach(async () => {
  queue = await TestQueue.ready();
  host = await GitHost.start();
  host.addRepository('team/app.git', { 'main.tf': '' });
  agents = new Agents();
});

afterEach(async () => {
  await agents.close();
  for (const each of toClose.splice(0).reverse()) await each.close();
  await host.stop();
  await queue.close();
});

const keep = <T extends { close(): Promise<unknown> }>(each: T): T => {
  toClose.push(each);
  return each;
};

const refs = async ({ url }: TunnelReplica): Promise<number> =>
  (await fetch(`${url}/team/app.git/info/refs?service=git-upload-pack`)).status;

const QUICK = { noteMs: 50, pingMs: 50, streamWaitMs: 5_000 };

test('an agent behind a load balancer opens streams to each replica, and to one that comes later', async () => {
  const balancer = keep(await Balancer.start());
  const first = keep(await TunnelReplica.start(queue, 'gitlab', QUICK));
  balancer.backEnds = [first.port];
  const token = await newPool(queue, 'gitlab', balancer.port);
  agents.start({ token, targetBaseEndpoint: host.url });
  expect(await refs(first)).toBe(200);
  const second = keep(await TunnelReplica.start(queue, 'gitlab', QUICK));
  balancer.backEnds = [first.port, second.port];
  await until(() => second.gateway.replicaCount === 2, 'the replicas know of each other');
  expect(await refs(second)).toBe(200);
  expect(await refs(first)).toBe(200);
  const [agent] = await until(async () => {
    const all = (await queue.admin.vcsAgents.agents([token.poolId])).get(token.poolId) ?? [];
    return all[0]?.streams === 4 ? all : undefined;
  }, 'it has two streams to each');
  expect(agent).toMatchObject({ name: 'an agent', version: '1.2.3', address: '127.0.0.1', streams: 4 });
});

test('a stream over a connection that died without a word is found dead, and a request takes another', async () => {
  const replica = keep(await TunnelReplica.start(queue, 'gitlab', { ...QUICK, pingMs: 60_000 }));
  const proxy = keep(await FrozenProxy.to(`http://127.0.0.1:${replica.port}`));
  const frozen = await newPool(queue, 'gitlab', proxy.port);
  agents.start({ token: frozen, targetBaseEndpoint: host.url, parallelism: 1, silentStreamMs: 60_000 });
  expect(await refs(replica)).toBe(200);
  await until(async () => (await agentNames(frozen.poolId)).length === 1, 'it is noted');
  proxy.swallow();
  agents.start({ token: { ...frozen, endpoint: `http://127.0.0.1:${replica.port}` }, targetBaseEndpoint: host.url });
  expect(await refs(replica)).toBe(200);
});

const agentNames = async (poolId: string): Promise<string[]> =>
  ((await queue.admin.vcsAgents.agents([poolId])).get(poolId) ?? []).map(({ name }) => name);

test('the control plane gives up a stream whose pings nobody answers', async () => {
  const replica = keep(await TunnelReplica.start(queue, 'gitlab', QUICK));
  const proxy = keep(await FrozenProxy.to(`http://127.0.0.1:${replica.port}`));
  const token = await newPool(queue, 'gitlab', proxy.port);
  agents.start({ token, targetBaseEndpoint: host.url, parallelism: 1 });
  await until(async () => (await agentNames(token.poolId)).length === 1, 'it is noted');
  proxy.swallow();
  await until(async () => (await agentNames(token.poolId)).length === 0, 'it is given up');
});

test('an agent gives up a stream on which it hears no ping, and opens another', async () => {
  const replica = keep(await TunnelReplica.start(queue, 'gitlab', { ...QUICK, pingMs: 60_000 }));
  const added = jest.spyOn(replica.gateway, 'add');
  const token = await newPool(queue, 'gitlab', replica.port);
  agents.start({ token, targetBaseEndpoint: host.url, parallelism: 1, silentStreamMs: 200 });
  await until(() => added.mock.calls.length > 1, 'there is another');
});

test('a token of another control plane is refused, and an agent that cannot connect says why, once', async () => {
  const replica = keep(await TunnelReplica.start(queue, 'gitlab', QUICK));
  const token = await newPool(queue, 'gitlab', replica.port);
  const wrong = agents.start({ token: { ...token, secret: 'another' }, targetBaseEndpoint: host.url });
  expect(String(await wrong.ended)).toContain('refuses the token');
  agents.start({ token: { ...token, endpoint: 'http://127.0.0.1:1' }, targetBaseEndpoint: host.url });
  await until(() => agents.lines.length > 0, 'it says why');
  expect(agents.lines.map(({ message }) => message)).toEqual([
    'the control plane at http://127.0.0.1:1 cannot be reached: nothing listens there',
  ]);
});

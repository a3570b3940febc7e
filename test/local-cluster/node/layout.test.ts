import { describe, expect, test } from '@jest/globals';
import { resolverConfig } from '../../../src/local-cluster/node/config-files';
import { nodeLayout } from '../../../src/local-cluster/node/layout';
import {
  commands,
  NODE_BINARIES,
  supervisorScript,
  type NodePrograms,
} from '../../../src/local-cluster/node/supervisor';

const env = { WORKER_POOLS_STATE: '/state' };
const programs = Object.fromEntries(NODE_BINARIES.map((name) => [name, `/cache/${name}`])) as NodePrograms;

describe('the layout of a node', () => {
  test('shares nothing between two names', () => {
    const demo = Object.entries(nodeLayout('demo', env)) as [string, string][];
    const e2e = nodeLayout('e2e', env) as unknown as Record<string, string>;
    expect(demo.filter(([key, value]) => e2e[key] === value)).toEqual([]);
  });

  test('has interface names that Linux accepts', () => {
    const { hostLink, nodeLink } = nodeLayout('a-rather-long-name-of-a-local-cluster', env);
    for (const link of [hostLink, nodeLink]) expect(link.length).toBeLessThanOrEqual(15);
  });

  test('has both ends of the cable in the network set aside for devices under test', () => {
    const { hostAddress, nodeAddress, linkNetwork } = nodeLayout('demo', env);
    expect(linkNetwork).toMatch(/^198\.18\.\d+\.\d+\/30$/);
    const last = (address: string): number => Number(address.split(/[./]/)[3]);
    expect([last(hostAddress), last(nodeAddress)]).toEqual([last(linkNetwork) + 1, last(linkNetwork) + 2]);
  });

  test.each(['', 'Demo', '-demo', 'demo-', '../demo', 'x'.repeat(41)])('refuses the name "%s"', (name) => {
    expect(() => nodeLayout(name, env)).toThrow('is not a valid cluster name');
  });
});

describe('process 1 of a node', () => {
  const layout = nodeLayout('demo', { WORKER_POOLS_STATE: "/it's here" });

  test('keeps every program running', () => {
    const script = supervisorScript(layout, programs);
    for (const name of Object.keys(commands(layout, programs))) expect(script).toContain(`\nkeep ${name} `);
  });

  test('quotes what a shell would take apart', () => {
    expect(supervisorScript(layout, programs)).toContain(`'--data-dir=/it'\\''s here/demo/node/etcd'`);
  });

  test('lets nobody reach etcd but its own network', () => {
    expect(commands(layout, programs).etcd).toContain('--listen-client-urls=http://127.0.0.1:2379');
  });
});

describe('the name servers of Pods', () => {
  const stub = 'nameserver 127.0.0.53\n';
  test.each([
    ["are the machine's", { '/etc/resolv.conf': 'search x\nnameserver 192.0.2.1\n' }, 'nameserver 192.0.2.1\n'],
    [
      'are those behind a stub on the loopback',
      { '/etc/resolv.conf': stub, '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.2\n' },
      'nameserver 192.0.2.2\n',
    ],
    ['are none where only a stub is known', { '/etc/resolv.conf': stub }, '\n'],
    ['are none where nothing is known', {}, '\n'],
  ])('%s', (_case, files: Record<string, string>, expected) => {
    expect(resolverConfig((path) => files[path])).toBe(expected);
  });
});

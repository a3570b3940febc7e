import { expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromPackage, INSTALL_TIMEOUT_MS } from '../support/debian-package';

const PROGRAM = join(import.meta.dirname, 'support/ipv6-alone.program.ts');
const IP = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'];

/** Arguments of `unshare` for a network of its own, of which this user is the administrator. */
const OWN_NETWORK = ['--user', '--map-root-user', '--net'];

/** A command before the program that leaves it no address but `::1`; none where this machine lets nobody have a network of their own. */
async function withoutIpv4(): Promise<readonly string[]> {
  try {
    execFileSync('unshare', [...OWN_NETWORK, 'true'], { stdio: 'ignore' });
  } catch {
    return [];
  }
  const ip = await fromPackage('iproute2', '`ip`, which takes the addresses of IPv4 away', () => IP.find(existsSync));
  return [
    'unshare',
    ...OWN_NETWORK,
    'sh',
    '-c',
    `${ip} link set lo up && ${ip} -4 addr flush dev lo && exec "$@"`,
    'sh',
  ];
}

test(
  'control plane, command line, sessions and run Pods do with IPv6 alone',
  async () => {
    const [program = '', ...args] = [...(await withoutIpv4()), process.execPath, '--import', 'tsx', PROGRAM];
    const { stdout } = await promisify(execFile)(program, args);
    expect(JSON.parse(stdout)).toEqual({
      endpoint: expect.stringMatching(/^https:\/\/\[::1\]:\d+$/),
      mqtt: expect.stringMatching(/^mqtts:\/\/\[::1\]:\d+$/),
      pools: 1,
      runs: ['FINISHED', 'FINISHED'],
      metrics: 200,
    });
  },
  INSTALL_TIMEOUT_MS,
);

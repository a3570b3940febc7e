import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runLimited, type Limits } from '../../../src/cli/dev/run-limited';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';

const MINUTE = 60_000;

let server: Server;
let told: string[];
let folder: string;
/** Of what the program has started; one closes with its process, whoever waits for that. */
let connections: Socket[];

beforeEach(async () => {
  [told, connections, folder] = [[], [], temporaryFolder()];
  server = createServer((socket) => void connections.push(socket.on('error', () => undefined).resume()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(async () => {
  for (const socket of connections) socket.destroy();
  server.close();
  await once(server, 'close');
  removeFolder(folder);
});

/** A program that starts a server which never ends, and does this once that runs. */
function programThat(does: string): string[] {
  const { port } = server.address() as AddressInfo;
  const left = `require('net').connect(${port}, '127.0.0.1', () => console.log('runs'))`;
  const options = "{ stdio: ['ignore', 'pipe', 'inherit'] }";
  const start = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(left)}], ${options})`;
  return [process.execPath, '-e', `${start}.stdout.once('data', () => { ${does} })`];
}

const run = (program: readonly string[], limits: Partial<Limits>) =>
  runLimited(program, { longestMs: MINUTE, lingerMs: MINUTE, ...limits }, (why) => told.push(why));

const nothingIsLeft = async () => {
  for (const socket of connections) await until(() => socket.closed, 'what the program has started ends');
};

test('a program that ends gives its exit code, and what it leaves behind ends', async () => {
  expect(await run(programThat('process.exit(3)'), {})).toBe(3);
  expect(connections).toHaveLength(1);
  await nothingIsLeft();
  expect(told).toEqual([]);
});

test('a program that does not end is ended when its time is over, with all that it has started', async () => {
  expect(await run(programThat(''), { longestMs: 2_000 })).toBe(1);
  await nothingIsLeft();
  expect(told).toEqual([expect.stringContaining('has not ended within')]);
});

test('a suite that has reported, and does not end, is ended a while after its report', async () => {
  const report = join(folder, 'report.json');
  const program = programThat(`require('fs').writeFileSync(${JSON.stringify(report)}, '{}')`);
  expect(await run(program, { report, lingerMs: 100 })).toBe(1);
  expect(connections).toHaveLength(1);
  await nothingIsLeft();
  expect(told).toEqual(['The tests are over, but something that they left open keeps Jest from ending']);
});

test('a program that is not there is told of', async () => {
  expect(await run(['no-such-program'], {})).toBe(127);
  expect(told).toEqual([expect.stringContaining('ENOENT')]);
});

test.each([
  ['SIGABRT', ', as Node.js ends when its heap is full'],
  ['SIGKILL', ', as the system ends a program when memory is out'],
  ['SIGSEGV', ''],
])('a program that %s ends is told of, with the likely cause', async (signal, cause) => {
  expect(await run([process.execPath, '-e', `process.kill(process.pid, '${signal}')`], {})).toBe(1);
  expect(told).toEqual([`${process.execPath} was ended by ${signal}${cause}`]);
});

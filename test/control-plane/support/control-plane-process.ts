/*
 * A control plane that is to be killed: serves the folder of the first argument on the port of the second, makes a pool
 * and a run at its first start, and says on standard output where it is, one JSON.
 */
import { makePool, makeStack, TestControlPlane } from './control-plane';

const [, , dataDir = '', port = '0'] = process.argv;

async function main(): Promise<void> {
  const controlPlane = await TestControlPlane.start({ dataDir, port: Number(port), mqttPort: null });
  let pool: object | undefined;
  if ((await controlPlane.admin.pools()).length === 0) {
    pool = await makePool(controlPlane);
    await makeStack(controlPlane, 'pool');
    await controlPlane.admin.createRun({ stack: 'stack' });
  }
  process.stdout.write(`${JSON.stringify({ port: new URL(controlPlane.url).port, pool })}\n`);
}

void main();

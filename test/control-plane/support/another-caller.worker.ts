/* Asks again and again in a thread of its own, whose garbage is not that of the tests. */
import { parentPort, workerData } from 'node:worker_threads';
import { Agent, request } from 'undici';
import { ownTime } from '../../support/own-time';

export interface Caller {
  readonly url: string;
  /** Authority of the control plane; '' without TLS. */
  readonly ca: string;
  readonly jwt: string;
  /** Of the control plane. */
  readonly pid: number;
}

export interface Waited {
  readonly slowestMs: number;
  /** Of its answers, each once. */
  readonly statuses: readonly number[];
}

/** How many are asked at least. */
const REQUESTS = 5;
const PAUSE_MS = 10;

const { url, ca, jwt, pid } = workerData as Caller;
// On a busy machine that takes a while, which the times that are told leave out.
const dispatcher = new Agent({ connect: { ca, timeout: 60_000 } });
let goesOn = false;

/** In turn on a new connection and on one that is open. */
async function ask(reset: boolean): Promise<number> {
  const { statusCode, body } = await request(`${url}/worker/v1/watch`, {
    method: 'POST',
    dispatcher,
    reset,
    headers: { authorization: `Bearer ${jwt}` },
    body: JSON.stringify({ session: 'session', after: 0, waitSeconds: 0 }),
  });
  await body.dump();
  return statusCode;
}

async function askOnAndOn(): Promise<Waited> {
  const statuses = new Set<number>();
  let slowestMs = 0;
  for (let count = 0; count < REQUESTS || goesOn; count += 1) {
    const before = ownTime(pid);
    statuses.add(await ask(count % 2 === 1));
    slowestMs = Math.max(slowestMs, ownTime(pid) - before);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { slowestMs, statuses: [...statuses] };
}

parentPort!.on('message', (message: 'begin' | 'end') => {
  goesOn = message === 'begin';
  if (goesOn) void askOnAndOn().then((waited) => parentPort!.postMessage(waited));
});

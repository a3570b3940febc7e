/* The process of a ControlPlaneApart: starts a control plane, and does what the test asks for, one message after the other. */
import { ownTime } from '../../../support/own-time';
import { makePool, TestControlPlane } from '../control-plane';
import type { Ask, Reply } from './control-plane-apart';

/** How often the event loop is looked at. */
const SAMPLE_MS = 5;

let controlPlane: TestControlPlane | undefined;
let held = 0;

function watchTheEventLoop(): void {
  let last = ownTime();
  setInterval(() => {
    const now = ownTime();
    held = Math.max(held, now - last - SAMPLE_MS);
    last = now;
  }, SAMPLE_MS);
}

async function carryOut(ask: Ask): Promise<unknown> {
  if (ask.what === 'start') {
    controlPlane = await TestControlPlane.start(ask.options);
    watchTheEventLoop();
    const { url, mqttUrl, apiKey } = controlPlane;
    return { url, mqttUrl, apiKey };
  }
  if (!controlPlane) throw new Error('it was not started');
  switch (ask.what) {
    case 'makePool':
      return makePool(controlPlane, ask.name);
    case 'held': {
      const most = held;
      held = 0;
      return most;
    }
    case 'residentBytes':
      return process.memoryUsage.rss();
    case 'close':
      return controlPlane.close();
  }
}

process.on('message', (ask: Ask) => {
  carryOut(ask).then(
    (result) => process.send!({ result } satisfies Reply),
    (error: unknown) => process.send!({ error: String(error) } satisfies Reply),
  );
});
// The test has ended, however that came.
process.on('disconnect', () => process.exit());

// Preloaded into the control plane: writes down every second for how long its event loop was held at most.
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 10;

// Its threads are preloaded as well; they may be held.
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  setInterval(() => {
    const maxMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
    appendFileSync(process.env.LOOP_DELAY_FILE, `${JSON.stringify({ at: Date.now(), maxMs })}\n`);
    delay.reset();
  }, 1000).unref();
}

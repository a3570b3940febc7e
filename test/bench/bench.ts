import type { Progress } from '../../src/local-cluster';
import { task } from '../../src/local-cluster/progress';
import { auditPosition, CONTROLLER_AGENT, countRequests, total } from './audit';
import { secondsOfMakingKeys } from './keys';
import { openLaboratory, type Laboratory, type LaboratoryOptions } from './laboratory';
import { thisMachine } from './measures';
import { Observer } from './observer';
import type { BenchReport, Round } from './report';
import { bareRound, registerWorkers, runRound } from './rounds';
import { sleep } from '../support/waiting';

/** How long the controller is left alone before its memory is read. */
const QUIET_MS = 10_000;

export interface BenchOptions extends LaboratoryOptions {
  readonly runs: number;
  readonly rounds: number;
  readonly keys: number;
  readonly idleSeconds: number;
}

/** Measures all of it; ends everything that it started, also when `signal` ends it early. */
export async function runBench(options: BenchOptions, progress: Progress, signal: AbortSignal): Promise<BenchReport> {
  const laboratory = await task(progress, 'starting API server, control plane and controller', undefined, () =>
    openLaboratory(options),
  );
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(new Error('ended before it was finished'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });
  try {
    const observer = Observer.start(laboratory.client);
    const measuring = measure(options, laboratory, observer, progress);
    return await Promise.race([measuring, ended, laboratory.controller.ended, observer.broken]);
  } finally {
    await laboratory.close();
  }
}

async function measure(
  options: BenchOptions,
  laboratory: Laboratory,
  observer: Observer,
  progress: Progress,
): Promise<BenchReport> {
  const { runs, rounds, keys, idleSeconds } = options;
  const { controller, auditLog, signal } = laboratory;
  const registerSeconds = await task(progress, `registering ${runs} Workers`, undefined, () =>
    registerWorkers(laboratory, observer, runs),
  );
  const idle = await task(progress, `listening to an idle controller for ${idleSeconds} s`, undefined, async () => {
    await sleep(QUIET_MS, undefined, { signal });
    const from = auditPosition(auditLog);
    await sleep(idleSeconds * 1000, undefined, { signal });
    const requests = countRequests(auditLog, CONTROLLER_AGENT, from, auditPosition(auditLog));
    return { seconds: idleSeconds, requests, ...controller.usage() };
  });
  const measured: Round[] = [];
  for (let number = 1; number <= rounds; number += 1) {
    const title = `round ${number} of ${rounds}`;
    const bareSeconds = await task(progress, `${title}: bare client creates ${runs} Pods`, undefined, () =>
      bareRound(laboratory, observer, runs),
    );
    const run = await task(progress, `${title}: controller carries out ${runs} runs`, undefined, async () => {
      const result = await runRound(laboratory, observer, runs);
      await sleep(QUIET_MS, undefined, { signal });
      return { ...result, usage: controller.usage() };
    });
    measured.push({ bareSeconds, ...run });
  }
  const keySeconds = await task(progress, `making ${keys} RSA-2048 keys`, undefined, () => secondsOfMakingKeys(keys));
  return {
    machine: thisMachine(),
    settings: { runs, rounds, qps: options.qps },
    registration: { seconds: registerSeconds, keys, keySeconds },
    idle,
    rounds: measured,
    requestsPerRun: total(measured.flatMap(({ requests }) => requests)) / (runs * rounds),
  };
}

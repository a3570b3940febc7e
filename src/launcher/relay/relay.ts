import { CallError } from '../client';
import { connect } from '../connect';
import { FILE, readSmall, RelayRun, tellToStop } from '../exchange';
import { EXIT } from '../../protocol/exit-codes';
import { LauncherExit } from '../exit';
import { heartbeat } from '../heartbeat';
import { Bell } from './bell';
import { conclude } from './conclude';
import type { RelayContext, RelayOptions } from './context';
import { Journal } from './journal';
import type { Ending } from './journal';
import { Sender } from './sender';
import { StateBackend } from './state-backend';
import { superviseWorker } from './supervise';
import { UnknownRun } from './unknown-run';

/**
 * Relays what the worker container does to the control plane, from before its first step until everything is
 * acknowledged. Killed and started again it goes on where it was.
 *
 * @throws LauncherExit when there is nothing to report, or nobody to report to.
 */
export async function relay(options: RelayOptions): Promise<void> {
  const { identity, paths, clock, logger } = options;
  const { exchange } = paths;
  const { client, access } = await connect(paths.credentials, identity, clock);
  const run = await readRun(exchange);
  const journal = await Journal.open(exchange);
  const grown = new Bell();
  const unknownRun = new UnknownRun(clock);
  const alsoRetry = (error: CallError): boolean => unknownRun.isToleratedAfter(error);
  const sender = new Sender({ client, journal, exchange, clock, logger, grown, alsoRetry });
  const end = async (ending: Ending): Promise<void> => {
    if (!(await journal.end(ending))) return;
    await journal.append({
      time: clock.now(),
      stream: 'system',
      step: '',
      text: `${ending.message}\n`,
      mark: 'ending',
    });
    grown.ring();
    await tellToStop(exchange, ending.cause);
  };
  let step = '';
  const onStep = (name: string): void => void (step = name);
  const broken = new AbortController();
  const fail = (error: unknown): void => broken.abort(error);
  const say = async (sentence: string): Promise<void> => {
    if (journal.said(sentence)) return;
    const entry = { time: clock.now(), stream: 'system', step, text: `${sentence}\n`, mark: sentence } as const;
    await journal.append(entry);
    grown.ring();
  };
  const backend = run.servesState ? await StateBackend.open({ client, exchange, clock, say }) : undefined;
  const stateAskedAt = (): number => backend?.askedAt ?? -Infinity;
  const parts = { run, client, access, journal, sender, grown, secrets: backend?.secrets ?? [] };
  const context: RelayContext = { ...options, ...parts, end, fail, alsoRetry, onStep, stateAskedAt };

  const done = new AbortController();
  const refused = new AbortController();
  let isReporting = false;
  const refusal = (error: unknown): void => {
    if (!(error instanceof CallError)) fail(error);
    // Of several control planes one may know of the outcome, and end the heartbeat, before another has answered to it.
    else if (!isReporting || error.kind !== 'fenced') refused.abort(error);
  };
  const talking = [
    sender.run(done.signal).catch(refusal),
    heartbeat(
      {
        client,
        clock,
        logger,
        currentStep: () => step,
        alsoRetry,
        onStop: (reason) => end({ cause: 'cancelled', at: clock.now(), message: reason }),
      },
      done.signal,
    ).catch(refusal),
  ];
  try {
    const result = await Promise.race([superviseWorker(context, refused.signal), whenAborted(broken.signal)]);
    refused.signal.throwIfAborted();
    unknownRun.workerIsGone();
    const onReport = (): void => void (isReporting = true);
    await Promise.race([conclude(context, result, onReport), whenAborted(refused.signal), whenAborted(broken.signal)]);
  } catch (error) {
    throw asExit(error);
  } finally {
    done.abort();
    await Promise.all(talking);
    await backend?.close();
    await journal.close();
    await client.close();
  }
}

async function readRun(exchange: string): Promise<RelayRun> {
  const text = await readSmall(exchange, FILE.run);
  if (text !== undefined) return RelayRun.parse(JSON.parse(text));
  throw new LauncherExit(EXIT.usage, `${exchange} holds no run: did the container 'init' succeed?`);
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
  });
}

function asExit(error: unknown): unknown {
  if (!(error instanceof CallError)) return error;
  if (error.kind === 'fenced') return new LauncherExit(EXIT.fenced, `This attempt is over: ${error.message}`);
  return new LauncherExit(EXIT.rejected, `The control plane refuses this Pod (${error.kind}): ${error.message}`);
}

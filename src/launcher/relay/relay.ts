import { CallError } from '../client';
import { connect } from '../connect';
import { FILE, readSmall, RelayRun, writeWhole } from '../exchange';
import { EXIT } from '../../protocol/exit-codes';
import { LauncherExit } from '../exit';
import { Bell } from './bell';
import { conclude } from './conclude';
import type { RelayContext, RelayOptions } from './context';
import { heartbeat } from './heartbeat';
import { Journal } from './journal';
import type { Ending } from './journal';
import { Sender } from './sender';
import { superviseWorker } from './supervise';

/**
 * Relays what the worker container does to the control plane, from before its first step until everything is
 * acknowledged. Killed and started again it goes on where it was.
 *
 * @throws LauncherExit when there is nothing to report, or nobody to report to.
 */
export async function relay(options: RelayOptions): Promise<void> {
  const { identity, paths, clock, logger } = options;
  const { exchange } = paths;
  const { client, credentials } = await connect(paths.credentials, identity, clock);
  const run = await readRun(exchange);
  const journal = await Journal.open(exchange);
  const grown = new Bell();
  const sender = new Sender({ client, journal, exchange, clock, logger, grown });
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
    await writeWhole(exchange, FILE.stop, ending.cause);
  };
  let step = '';
  const onStep = (name: string): void => void (step = name);
  const context: RelayContext = { ...options, run, client, credentials, journal, sender, grown, end, onStep };

  const done = new AbortController();
  const refused = new AbortController();
  const refusal = (error: unknown): void => refused.abort(error);
  const talking = [
    sender.run(done.signal).catch(refusal),
    heartbeat(
      {
        client,
        clock,
        logger,
        currentStep: () => step,
        onStop: (reason) => end({ cause: 'cancelled', at: clock.now(), message: reason }),
      },
      done.signal,
    ).catch(refusal),
  ];
  try {
    const result = await superviseWorker(context, refused.signal);
    refused.signal.throwIfAborted();
    await Promise.race([conclude(context, result), whenAborted(refused.signal)]);
  } catch (error) {
    throw asExit(error);
  } finally {
    done.abort();
    await Promise.all(talking);
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
  if (error.kind === 'fenced' || error.kind === 'not-found') {
    return new LauncherExit(EXIT.fenced, `This attempt is over: ${error.message}`);
  }
  return new LauncherExit(EXIT.rejected, `The control plane refuses this Pod (${error.kind}): ${error.message}`);
}

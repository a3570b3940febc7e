import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { carryOut } from '../../../src/launcher/carry-out';
import { LauncherExit } from '../../../src/launcher/exit';

/** A container of the launcher that ends in the way that the first argument names; the second is its last words' file. */
const [way = '', words = ''] = process.argv.slice(2);
const forever = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60_000));

const parts: Record<string, (terminating: AbortSignal) => Promise<void>> = {
  succeeds: () => Promise.resolve(),
  'says what is wrong': () => Promise.reject(new LauncherExit(66, 'The source is no archive.')),
  'throws what nobody expected': () => Promise.reject(new TypeError('x is not a function')),
  'throws in a callback': () => {
    setTimeout(() => {
      throw new Error('in a callback');
    });
    return forever();
  },
  'leaves a rejection to nobody': () => {
    void Promise.reject(new Error('ENOSPC: no space left on device, write'));
    return forever();
  },
  'is told to end': async (terminating) => {
    const told = once(terminating, 'abort');
    process.kill(process.pid, 'SIGTERM');
    await told;
    terminating.throwIfAborted();
  },
};

void carryOut(
  (_logger, terminating) => parts[way]!(terminating),
  (sentence) => writeFileSync(words, sentence),
);

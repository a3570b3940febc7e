import { Command } from 'commander';
import { carryOut } from './run-program';

/** What `npm run NAME` starts. */
export function npmScript(name: string, define: (program: Command) => Command): void {
  void carryOut(define(new Command(`${name} --`).showHelpAfterError('(--help lists the options)')), name);
}

/** Aborted when somebody wants it to end. */
export function stoppedBySignals(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

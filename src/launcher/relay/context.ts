import type { Clock } from '../../time';
import type { Spans } from '../../tracing/spans';
import type { CallError, LauncherClient } from '../client';
import type { PoolAccess } from '../credentials';
import type { RelayRun } from '../exchange';
import type { Identity } from '../identity';
import type { Logger } from '../logger';
import type { Paths } from '../paths';
import type { Bell } from './bell';
import type { Ending, Journal } from './journal';
import type { Sender } from './sender';

export interface RelayOptions {
  readonly identity: Identity;
  readonly paths: Paths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes to the relay's standard output. */
  readonly print: (text: string) => void;
  /** Aborts when the Pod is being ended (SIGTERM). */
  readonly terminating: AbortSignal;
  /** @default NO_SPANS */
  readonly spans?: Spans;
}

/** What the parts of the relay share. */
export interface RelayContext extends RelayOptions {
  readonly run: RelayRun;
  readonly client: LauncherClient;
  readonly access: PoolAccess;
  readonly journal: Journal;
  readonly sender: Sender;
  /** Rung when the journal grew. */
  readonly grown: Bell;
  /** Tells the worker to stop; the first cause is kept. */
  readonly end: (ending: Ending) => Promise<void>;
  /** Ends the relay because of something that nobody expected. */
  readonly fail: (error: unknown) => void;
  /** Whether a failure is tried again that is final for others. */
  readonly alsoRetry: (error: CallError) => boolean;
  /** Hears which step runs. */
  readonly onStep: (name: string) => void;
  /** What this relay gives to the steps and no log is to show. */
  readonly secrets: readonly string[];
  /** When the tool asked last for the state that the control plane keeps, by a clock that never jumps. */
  readonly stateAskedAt: () => number;
}

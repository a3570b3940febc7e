import type { RunFacts, Transport } from '../../../support/load/ledger';
import { percentile } from '../../measures';

/** Milliseconds of so many. */
export interface Times {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** How long runs took to reach their workers' sessions. */
export interface Latencies {
  /** From the sending of the trigger: the trigger itself included. */
  readonly fromSending: Times;
  readonly byTransport: Readonly<Record<Transport, Times>>;
  /** From the answer to the trigger, when the run is durably queued; 0 where the worker's session knew before that. */
  readonly fromAnswer: Times;
}

export function latencies(runs: Iterable<RunFacts>): Latencies {
  const fromSending: Record<Transport, number[]> = { poll: [], mqtt: [] };
  const fromAnswer: number[] = [];
  for (const { trigger, assignments } of runs) {
    const [first] = assignments;
    if (!trigger || !first) continue;
    fromSending[first.transport].push(first.at - trigger.sentAt);
    fromAnswer.push(Math.max(0, first.at - trigger.answeredAt));
  }
  return {
    fromSending: timesOf(Object.values(fromSending).flat()),
    byTransport: { poll: timesOf(fromSending.poll), mqtt: timesOf(fromSending.mqtt) },
    fromAnswer: timesOf(fromAnswer),
  };
}

const timesOf = (values: readonly number[]): Times => ({
  count: values.length,
  p50: percentile(values, 50),
  p99: percentile(values, 99),
  most: percentile(values, 100),
});

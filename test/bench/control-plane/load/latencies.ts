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
  /** Those from the sending, in parts as they were sent one after the other: what is slow at the beginning only, or for a moment. */
  readonly inTurn: readonly Times[];
}

const PARTS = 5;

export function latencies(runs: Iterable<RunFacts>): Latencies {
  const fromSending: Record<Transport, number[]> = { poll: [], mqtt: [] };
  const fromAnswer: number[] = [];
  const sent: { readonly at: number; readonly took: number }[] = [];
  for (const { trigger, assignments } of runs) {
    const [first] = assignments;
    if (!trigger || !first) continue;
    fromSending[first.transport].push(first.at - trigger.sentAt);
    sent.push({ at: trigger.sentAt, took: first.at - trigger.sentAt });
    fromAnswer.push(Math.max(0, first.at - trigger.answeredAt));
  }
  return {
    fromSending: timesOf(Object.values(fromSending).flat()),
    byTransport: { poll: timesOf(fromSending.poll), mqtt: timesOf(fromSending.mqtt) },
    fromAnswer: timesOf(fromAnswer),
    inTurn: inParts(sent.sort((a, b) => a.at - b.at).map(({ took }) => took)).map(timesOf),
  };
}

/** Of about the same length; as many as there are, where they are few. */
function inParts(values: readonly number[]): number[][] {
  const length = Math.max(1, Math.ceil(values.length / PARTS));
  const count = Math.ceil(values.length / length);
  return Array.from({ length: count }, (_, part) => values.slice(part * length, (part + 1) * length));
}

const timesOf = (values: readonly number[]): Times => ({
  count: values.length,
  p50: percentile(values, 50),
  p99: percentile(values, 99),
  most: percentile(values, 100),
});

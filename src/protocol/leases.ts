/*
 * How long each side believes in the other without a word. Controller and control plane go by the same figures;
 * docs/architecture.md has them in its table of what ends a run.
 */

/** A session without a word for this long gets no new assignments; its unstarted ones may go to other workers. */
export const SESSION_LEASE_MS = 60_000;

/** A started run without a word from its relay, and without its Pod in the session's sync, is lost after this long. */
export const RUN_LEASE_MS = 120_000;

/**
 * When relay and session are both silent, the network between cluster and control plane is the likely cause, and the run
 * may well go on behind it: it is given up only after this long. To give it up earlier would stop an apply half-way.
 */
export const PARTITION_LEASE_MS = 600_000;

/** How long a session's `watch` and a relay's `heartbeat` wait for news: they keep the leases, so that it is well below them. */
export const POLL_WAIT_SECONDS = 25;

/** The longest wait that the control plane takes. */
export const LONGEST_POLL_WAIT_SECONDS = 60;

/** How long a client keeps a connection that it does not use. */
export const IDLE_CONNECTION_MS = 30_000;

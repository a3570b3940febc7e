import { describe, expect, it } from '@jest/globals';
import { KEEP_ALIVE_MS } from '../../src/control-plane/http/server';
import {
  IDLE_CONNECTION_MS,
  LONGEST_POLL_WAIT_SECONDS,
  PARTITION_LEASE_MS,
  POLL_WAIT_SECONDS,
  RUN_LEASE_MS,
  SESSION_LEASE_MS,
} from '../../src/protocol/leases';

describe('the patience of both sides', () => {
  it('lets who is well speak twice in each lease', () => {
    expect(2 * POLL_WAIT_SECONDS * 1_000).toBeLessThan(Math.min(SESSION_LEASE_MS, RUN_LEASE_MS));
  });

  it('gives a session up before a run, and a run before one that is cut off with its session', () => {
    expect([PARTITION_LEASE_MS, SESSION_LEASE_MS, RUN_LEASE_MS].toSorted((a, b) => a - b)).toEqual([
      SESSION_LEASE_MS,
      RUN_LEASE_MS,
      PARTITION_LEASE_MS,
    ]);
  });

  it('has clients close an unused connection, and the server keep it through the longest wait', () => {
    expect(KEEP_ALIVE_MS).toBeGreaterThan(IDLE_CONNECTION_MS);
    expect(KEEP_ALIVE_MS).toBeGreaterThan(LONGEST_POLL_WAIT_SECONDS * 1_000);
  });
});

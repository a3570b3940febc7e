import type { Generated } from 'kysely';

/* The columns of webhooks and what is delivered to them. */

export interface WebhookRow {
  id: string;
  name: string;
  endpoint: string;
  enabled: number;
  space: string;
  labels: string;
  runStates: string;
  stackIds: string;
  /** Encrypted (secrets.ts). */
  secret: string;
  retryOnFailure: number;
  createdAt: number;
  updatedAt: number;
  /** In a row. */
  failures: Generated<number>;
  /** Nothing is sent before that. */
  pausedUntil: Generated<number>;
  /** The process that delivers to it, and until when nobody else does. */
  leaseHolder: Generated<string | null>;
  leaseUntil: Generated<number>;
}

export interface DeliveryRow {
  position: Generated<number>;
  id: string;
  webhookId: string;
  /** Null for a test. */
  runId: string | null;
  stateVersion: number;
  payload: string;
  state: string;
  attempts: Generated<number>;
  createdAt: number;
  /** When it was asked for, or asked for again. */
  dueSince: number;
  dueAt: number;
  attemptedAt: Generated<number | null>;
  durationMs: Generated<number | null>;
  status: Generated<number | null>;
  error: Generated<string | null>;
}

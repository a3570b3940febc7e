/* Columns as in schema.ts: how stacks hear of pushes. */

/** `id` is that of the stack. */
export interface PushHookRow {
  id: string;
  /** Encrypted (secrets.ts). */
  secret: string;
  /** JSON of PushHookSettings. */
  settings: string;
  createdAt: number;
  /** When the secret was made. */
  secretAt: number;
}

export interface PushDeliveryRow {
  id: string;
  stackId: string;
  receivedAt: number;
  host: string;
  event: string;
  runId: string | null;
  message: string | null;
}

import { monotonicFactory } from 'ulid';
import type { Transaction } from '../store';
import type { RunRecord, WebhookFilter } from '../store/records';

/** A run as webhooks hear of it. */
export type StateChange = Pick<
  RunRecord,
  | 'id'
  | 'stackId'
  | 'stackName'
  | 'type'
  | 'state'
  | 'stateVersion'
  | 'reason'
  | 'createdAt'
  | 'commitSha'
  | 'commitMessage'
>;

type NewRun = Omit<StateChange, 'stackName' | 'state' | 'stateVersion' | 'reason'>;

/** That of a run that was queued just now. */
export const firstState = (run: NewRun, stackName: string): StateChange => {
  const { id, stackId, type, createdAt, commitSha, commitMessage } = run;
  const known = { id, stackId, type, createdAt, commitSha, commitMessage, stackName };
  return { ...known, state: 'QUEUED', stateVersion: 1, reason: null };
};

/** What is delivered of a change, but for what is the same for all of them: under the names of Spacelift's webhooks. */
export interface ChangePayload {
  readonly state: string;
  readonly stateVersion: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly run: object;
  readonly stack: object;
}

export function payloadOf(change: StateChange, now: number): ChangePayload {
  const { id, stackId, stackName, type, state, stateVersion, reason, createdAt, commitSha, commitMessage } = change;
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  return {
    ...{ state, stateVersion, timestamp: seconds(now) },
    run: {
      ...{ id, type, createdAt: seconds(createdAt), reason },
      // Clients read them without asking whether they are there.
      ...{ branch: null, delta: null, triggeredBy: null },
      commit: commitSha === null ? null : { hash: commitSha, message: commitMessage ?? '' },
    },
    stack: { id: stackId, name: stackName, description: '', labels: [] },
  };
}

export const wants = ({ runStates, stackIds }: WebhookFilter, { state, stackId }: StateChange): boolean =>
  (runStates.length === 0 || runStates.includes(state)) && (stackIds.length === 0 || stackIds.includes(stackId));

interface Telling {
  readonly tx: Transaction;
  readonly now: number;
  /** All that are told of anything. */
  readonly webhooks: readonly WebhookFilter[];
}

/** Puts down in the transaction of the changes whom they are to be told to. @returns whether there is anybody */
export async function tellWebhooks({ tx, now, webhooks }: Telling, changes: readonly StateChange[]): Promise<boolean> {
  const newId = monotonicFactory();
  const deliveries = changes.flatMap((change) =>
    webhooks
      .filter((webhook) => wants(webhook, change))
      .map((webhook) => ({
        ...{ id: newId(now), webhookId: webhook.id, runId: change.id, stateVersion: change.stateVersion },
        ...{ payload: JSON.stringify(payloadOf(change, now)), createdAt: now },
      })),
  );
  await tx.webhooks.addDeliveries(deliveries);
  return deliveries.length > 0;
}

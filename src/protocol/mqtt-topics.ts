import { z } from 'zod';
import { Refusal } from './messages';

/*
 * Topics of the worker protocol over MQTT 3.1.1 or 5. Version 3.1.1 has no response topic and no correlation data, so
 * that requests carry their own id and the reply topic follows from the session.
 */

/** What the pool's side may read: views of workers, replies. */
export const readonlyTopic = (poolId: string, workerId: string): string => `spacelift/readonly/${poolId}/${workerId}`;

/** What the pool's side may write: requests of a session. */
export const writeonlyTopic = (poolId: string, session: string): string => `spacelift/writeonly/${poolId}/${session}`;

/** Whose request a topic is, and of which session; undefined for a topic that is no request. */
export function requestTopicOf(topic: string): { readonly poolId: string; readonly session: string } | undefined {
  const found = /^spacelift\/writeonly\/([^/+#\0]{1,64})\/([^/+#\0]{1,128})$/.exec(topic);
  return found ? { poolId: found[1]!, session: found[2]! } : undefined;
}

/** User property of MQTT 5 with which a request brings a JWT of the pool. */
export const PROOF_PROPERTY = 'proof';

export const replyTopic = (poolId: string, session: string): string => `${readonlyTopic(poolId, session)}/reply`;

export const MqttRequest = z.object({
  /** An operation of the controller: `register`, `sync`, `watch`, `retire`, `report`. */
  op: z.string(),
  /** Comes back in the reply; unique among the requests of a connection. */
  id: z.string().min(1).max(64),
  body: z.record(z.string(), z.unknown()),
});

/** Exactly one of `body` and `refusal`. */
export const MqttReply = z.object({ id: z.string(), body: z.unknown().optional(), refusal: Refusal.optional() });

export type MqttRequest = z.infer<typeof MqttRequest>;
export type MqttReply = z.infer<typeof MqttReply>;

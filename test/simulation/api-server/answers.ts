import { answerOf } from './refusals';
import type { Refusal } from './types';

/** An answer as it goes over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterSeconds?: number;
}

export function rawAnswer(refusal: Refusal): RawAnswer {
  const { status, body, retryAfterSeconds } = answerOf(refusal);
  return { status, text: JSON.stringify(body), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

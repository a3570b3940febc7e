import { createHash } from 'node:crypto';
import { readBucketEvent } from './bitbucket';
import type { Header, Told } from './event';
import { readHubEvent } from './github';
import { readLabEvent } from './gitlab';
import { provesLab, signedBody, type Proof } from './proofs';

/** A kind of git host: how it says what it tells of, and proves that it is the one who does. */
export interface GitHost {
  /** As people know it, and metrics. */
  readonly name: string;
  /** Headers of which the first that is there names the event. */
  readonly events: readonly string[];
  /** The event by which it tries the webhook, if it has one. */
  readonly ping?: string;
  readonly proves: (proof: Proof) => boolean;
  /**
   * Headers of which the first that is there tells a delivery from others that say the same. @default - none: no two say the
   * same, and nobody can give another name to what is signed
   */
  readonly deliveries?: readonly string[];
  /** @param tracked the branch that matters. @throws z.ZodError for what is no event of it */
  readonly read: (event: string, body: unknown, tracked: string) => Told;
}

/** Gitea and Forgejo send the headers of GitHub, too: they come first. */
export const HOSTS: readonly GitHost[] = [
  {
    name: 'GitLab',
    events: ['X-Gitlab-Event'],
    proves: provesLab,
    // The first is signed, where anything is.
    deliveries: ['webhook-id', 'Idempotency-Key', 'X-Gitlab-Event-UUID'],
    read: readLabEvent,
  },
  {
    name: 'Gitea',
    events: ['X-Forgejo-Event', 'X-Gitea-Event'],
    proves: signedBody('X-Forgejo-Signature', 'X-Gitea-Signature'),
    read: readHubEvent,
  },
  {
    name: 'Bitbucket',
    events: ['X-Event-Key'],
    ping: 'diagnostics:ping',
    proves: signedBody('X-Hub-Signature'),
    deliveries: ['X-Request-UUID', 'X-Request-Id'],
    read: readBucketEvent,
  },
  {
    name: 'GitHub',
    events: ['X-GitHub-Event'],
    ping: 'ping',
    proves: signedBody('X-Hub-Signature-256'),
    read: readHubEvent,
  },
];

export const hostOf = (header: Header): GitHost | undefined =>
  HOSTS.find(({ events }) => events.some((name) => header(name) !== undefined));

export const eventOf = ({ events }: GitHost, header: Header): string =>
  events.map(header).find((event) => event !== undefined) ?? '';

/** A name for a delivery that its repetitions have, too: that of its run is made of it. */
export function deliveryOf({ name, deliveries = [] }: GitHost, header: Header, body: Uint8Array): string {
  const given = deliveries.map(header).find((id) => id !== undefined && id !== '') ?? '';
  return createHash('sha256').update(`${name}\n${given}\n`).update(body).digest('hex');
}

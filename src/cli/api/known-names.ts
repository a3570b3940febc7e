import { visibleName } from '../../text/visible';
import { ApiClient } from './client';
import { connectionOf, type Connection, type ConnectionFlags } from './connection';
import { API_KEYS, POOL_NAMES, RUN_IDS, STACK_NAMES, VCS_AGENT_POOLS, WEBHOOKS, WORKERS } from './documents';
import { Profiles } from './profiles';

/** How long the completion of a name may take: somebody waits, and may know it by heart. */
export const NAMES_WITHIN_MS = 1_500;

interface Known {
  readonly id: string;
  readonly name?: string;
}

/** What has names, by the word for it in the arguments and flags of commands. */
const KINDS = {
  pool: async (client) => (await client.query(POOL_NAMES)).workerPools,
  stack: async (client) => (await client.query(STACK_NAMES)).stacks,
  'depends-on': async (client) => (await client.query(STACK_NAMES)).stacks,
  run: async (client) => (await client.query(RUN_IDS)).runs,
  key: async (client) => (await client.query(API_KEYS)).apiKeys,
  actor: async (client) => (await client.query(API_KEYS)).apiKeys,
  webhook: async (client) => (await client.query(WEBHOOKS)).webhooks,
  'vcs-agent-pool': async (client) => (await client.query(VCS_AGENT_POOLS)).vcsAgentPools,
  worker: async (client, [pool = '']) => {
    const { workerPools } = await client.query(POOL_NAMES);
    const id = workerPools.find((each) => each.name === pool)?.id ?? pool;
    return (await client.query(WORKERS, { id })).workerPool?.workers ?? [];
  },
} as const satisfies Readonly<
  Record<string, (client: ApiClient, given: readonly string[]) => Promise<readonly Known[]>>
>;

type NameKind = keyof typeof KINDS | 'profile';

export const isNameKind = (word: string | undefined): word is NameKind =>
  word !== undefined && (word === 'profile' || Object.hasOwn(KINDS, word));

/** Names that somebody has begun to type. */
export interface NamesWanted {
  readonly kind: NameKind;
  readonly begun: string;
  /** What stands before the name in the same word. */
  readonly prefix: string;
  /** Arguments before it, and flags with values. */
  readonly given: readonly string[];
  readonly flags: ConnectionFlags;
}

/** Names, or ids where no name begins so; none where they cannot be had at once, without a word of why. */
export async function namesLike({ kind, begun, prefix, given, flags }: NamesWanted): Promise<string[]> {
  const all = kind === 'profile' ? profiles() : await known(kind, given, flags).catch(() => []);
  const startingWith = (words: readonly string[]) =>
    // What cannot be shown cannot be typed either.
    [...new Set(words)].filter((word) => word.startsWith(begun) && visibleName(word) === word);
  const names = startingWith(all.map(({ id, name = id }) => name));
  const found = names.length > 0 ? names : startingWith(all.map(({ id }) => id));
  return found.map((word) => `${prefix}${word}`);
}

const profiles = (): Known[] =>
  Profiles.of(process.env)
    .names()
    .map((id) => ({ id }));

async function known(
  kind: keyof typeof KINDS,
  given: readonly string[],
  flags: ConnectionFlags,
): Promise<readonly Known[]> {
  const { session, ...connection } = connectionOf(flags);
  if (session?.read() === undefined) return [];
  const client = new ApiClient(withoutLogIn({ ...connection, session }));
  // Also of a name that is looked up for ever, which nothing else ends.
  const late = setTimeout(() => process.exit(), NAMES_WITHIN_MS);
  try {
    return await KINDS[kind](client, given);
  } finally {
    clearTimeout(late);
    client.close();
  }
}

/** As somebody whose session was kept, and may have ended: nothing is asked for, and nothing is written. */
const withoutLogIn = ({ session, ...connection }: Connection): Connection => ({
  ...connection,
  secret: () => {
    throw new Error('completion does not log in');
  },
  session: { read: () => session?.read(), write: () => undefined, forget: () => undefined },
});

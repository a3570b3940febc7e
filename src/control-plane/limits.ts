/*
 * What the control plane takes from others, before it computes anything. docs/operations/limits.md shows the table. A limit
 * of one caller is well below that of all, so that nobody takes what the others need.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

export interface Limit {
  readonly value: number;
  /** Of `value`. */
  readonly unit: 'bytes' | 'ms' | 'count' | 'bytes a second';
  /** What is limited. */
  readonly what: string;
  readonly why: string;
}

const limit = (value: number, unit: Limit['unit'], what: string, why: string): Limit => ({ value, unit, what, why });

export const LIMITS = {
  connections: limit(20_000, 'count', 'connections', 'beyond it, whoever holds the most loses the oldest one'),
  unprovedConnections: limit(
    2_000,
    'count',
    'connections over which nobody has logged in yet',
    'beyond it, the address that holds the most loses the oldest one',
  ),
  handshakeMs: limit(10_000, 'ms', 'a TLS handshake', 'it needs four packets'),
  headersMs: limit(10_000, 'ms', 'the headers of a request', 'clients send them at once'),
  headerBytes: limit(16 * KIB, 'bytes', 'the headers of a request', 'the largest JWT has below 1 KiB'),
  bodyMs: limit(60_000, 'ms', 'a JSON body', 'the largest one over a line of 0.6 Mbit/s'),
  silenceMs: limit(
    90_000,
    'ms',
    'a connection on which nothing moves: an upload that stalls, an answer that is not read',
    'longer than the longest wait of a long poll',
  ),
  jsonValues: limit(
    200_000,
    'count',
    'names and values of a JSON body',
    'a sync of 20,000 workers with runs has 180,000; the parser takes some 40 ms at most for them',
  ),
  jsonNesting: limit(64, 'count', 'brackets within brackets of a JSON body', 'the protocol needs five'),
  storedMs: limit(600_000, 'ms', 'making an upload durable', 'as long as a run Pod waits for it'),
  logInBytes: limit(8 * KIB, 'bytes', 'a GraphQL body without a JWT', 'it logs in and does nothing else'),
  pageLogInBytes: limit(
    64 * KIB,
    'bytes',
    'a log-in at the web pages',
    'it brings along what was typed into a form whose session had ended: a quarter of it',
  ),
  graphqlBytes: limit(4 * MIB, 'bytes', 'a GraphQL body', 'the environment of a stack may have 1.5 MiB'),
  formBytes: limit(256 * KIB, 'bytes', 'a form of the web pages', 'a variable of a stack may have 128 KiB'),
  documentBytes: limit(
    64 * KIB,
    'bytes',
    'a GraphQL document',
    'the largest known one has 2 KiB; values are variables',
  ),
  logInTokens: limit(200, 'count', 'tokens of a GraphQL document without a JWT', 'a log-in has about 30'),
  documentTokens: limit(2_000, 'count', 'tokens of a GraphQL document', 'introspection has 163'),
  documentNesting: limit(32, 'count', 'brackets within brackets of a GraphQL document', 'introspection has 13'),
  rootFields: limit(
    20,
    'count',
    'fields at the root of a GraphQL document, aliases included',
    'clients send one to four',
  ),
  documentCost: limit(
    200_000,
    'count',
    'fields of a GraphQL document, each times the usual length of the lists around it',
    'a query for all pools with their workers has about 20,000',
  ),
  answerFields: limit(
    200_000,
    'count',
    'fields of the answer to a GraphQL document, as they are made',
    'all that is known of a pool with 10,000 workers are 100,000',
  ),
  answerCharacters: limit(
    16 * MIB,
    'count',
    'characters of the texts in such an answer',
    'the tags of 10,000 workers are at most 10,000,000',
  ),
  waitingRequests: limit(
    5_000,
    'count',
    'requests of a caller that wait for their turn',
    'more than all run Pods of a pool send at once',
  ),
  graphqlAtOnce: limit(64, 'count', 'GraphQL requests at once', 'Terraform sends ten'),
  uploads: limit(32, 'count', 'uploads of sources at once', 'people push one'),
  archives: limit(64, 'count', 'archives of modules that are fetched at once', 'a run fetches one after another'),
  followers: limit(200, 'count', 'log followers at once', 'people read one'),
  pagesAtOnce: limit(32, 'count', 'web pages made at once', 'people look at one'),
  livePages: limit(500, 'count', 'web pages kept up to date at once', 'those in hidden tabs are not'),
  livePagesOfKey: limit(100, 'count', 'the same of one API key', 'a fifth of it'),
  logPageCharacters: limit(
    MIB,
    'count',
    'characters of a log that a page shows, or that are read at once for a follower',
    'whatever a run prints',
  ),
  logPageRecords: limit(2_000, 'count', 'records of a log that a page shows', 'whatever a run prints'),
  poolRequests: limit(
    256,
    'count',
    'requests of a pool at once, long polls not counted',
    'more than 10,000 workers have under way',
  ),
  sessionWatches: limit(
    8,
    'count',
    'watches of a session at once',
    'a controller has one; those of broken connections stay for a while',
  ),
  poolWatches: limit(256, 'count', 'watches of a pool at once', 'one a session, and a few of broken connections'),
  poolSessions: limit(
    200,
    'count',
    'sessions of a pool: WorkerPools that speak for it, until ten minutes after their last word',
    'a cluster has one; watches are for fewer than 256',
  ),
  poolWorkers: limit(20_000, 'count', 'workers of a pool', 'as many as a sync can name; a WorkerPool has at most half'),
  poolKnownWorkers: limit(
    100_000,
    'count',
    'workers of a pool, those that are gone among them: removed ones for an hour, forgotten ones for 30 days',
    'workers are used again and again, and made anew when a pool grows',
  ),
  attemptRequests: limit(
    4,
    'count',
    'requests of one kind of a run Pod at once',
    'it has one; those of broken connections stay for a while',
  ),
  vcsAgentPools: limit(200, 'count', 'VCS agent pools', 'one for each git host that only a private network reaches'),
  vcsAgentStreams: limit(
    256,
    'count',
    'streams of the agents of a VCS agent pool, at each replica',
    'an agent opens four to each replica, and eight agents are many',
  ),
  vcsRequests: limit(
    64,
    'count',
    'requests of git of a VCS agent pool at once, those that wait for a stream among them',
    'a clone has one; as many runs clone at once as streams carry',
  ),
  gitRequestBytes: limit(
    64 * MIB,
    'bytes',
    'a request of git through a VCS agent',
    'it names what git has and wants: 50 bytes for each branch or tag',
  ),
  gitAnswerBytes: limit(
    4096 * MIB,
    'bytes',
    'the answer to such a request',
    'as much as a source may hold when it is unpacked',
  ),
  bodiesInMemory: limit(64 * MIB, 'bytes', 'bodies above 64 KiB in memory at once', 'small ones are always taken'),
  callerBodiesInMemory: limit(16 * MIB, 'bytes', 'the same of one pool or API key', 'a quarter of it'),
  poolLogBytes: limit(
    4 * MIB,
    'bytes a second',
    'log of a pool, after 64 MiB at once',
    "some 40,000 lines; nobody reads more, and the disk is everybody's",
  ),
  stackDependencies: limit(100, 'count', 'stacks that a stack depends on', 'more than anybody keeps in mind'),
  dependencyReferences: limit(500, 'count', 'outputs that a stack takes from others', 'as many as one may have'),
  dependentStacks: limit(
    200,
    'count',
    'stacks that depend on a stack, over any number of steps',
    'each of its tracked runs queues one of each of them, at once',
  ),
  stacksInARow: limit(20, 'count', 'stacks in a row, each of which depends on the one before', 'a deploy has five'),
  pushBytes: limit(
    4 * MIB,
    'bytes',
    'what a git host tells of a push',
    'one of 1,000 commits with five files each has about 2 MiB',
  ),
  pushesOfStack: limit(60, 'count', 'deliveries of git hosts to a stack, then one a second', 'people push less often'),
  pushDeliveries: limit(50, 'count', 'deliveries of git hosts to a stack that are kept to be seen', 'the newest count'),
  pushPaths: limit(20, 'count', 'folders and files beside its project root of which a stack hears', 'most have none'),
  webhooks: limit(100, 'count', 'webhooks', 'each change of a run is put down for each of them'),
  waitingDeliveries: limit(
    10_000,
    'count',
    'deliveries of a webhook that wait',
    'beyond it, the oldest are given up: one that does not answer must not fill the database',
  ),
  apiKeys: limit(1_000, 'count', 'API keys', 'one for each person and program'),
  webSessionsOfKey: limit(
    50,
    'count',
    'sessions of an API key in browsers; beyond it, the one that was used the longest ago ends',
    'people have a few browsers; a key that many share is no key of theirs',
  ),
  failedLogIns: limit(
    20,
    'count',
    'failed log-ins of an address (IPv6: of a /64), then one every 3 seconds',
    'people mistype; a program that guesses is slowed down to 28,800 a day',
  ),
  failedProofs: limit(
    200,
    'count',
    'failed proofs of a pool from an address, then one every 0.3 seconds',
    'after a reset all run Pods of a cluster are refused, and none of them guesses',
  ),
  auditedRefusals: limit(
    10,
    'count',
    'entries of the audit trail a minute for what one caller or address was refused',
    'the rest of the minute is counted, in one entry',
  ),
  auditedRefusalsInAll: limit(
    60,
    'count',
    'the same of all callers and addresses',
    'whoever guesses from many addresses must not fill the trail',
  ),
  auditedLogIns: limit(
    100,
    'count',
    'entries of the audit trail a day for log-ins and log-outs with one API key, of each replica',
    'whoever has a key must not drive out what was changed',
  ),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** The figures alone. */
export const LIMIT = Object.fromEntries(Object.entries(LIMITS).map(([name, { value }]) => [name, value])) as Readonly<
  Record<LimitName, number>
>;

/** What the runs of a pool may log at once. */
export const LOG_BURST_BYTES = 64 * MIB;

/** Bodies up to here are taken whatever else is in memory. */
export const SMALL_BODY_BYTES = 64 * KIB;

/** Largest body of each operation of the worker protocol, in bytes. */
export const OPERATION_BYTES = {
  register: 2 * MIB,
  sync: 2 * MIB,
  watch: 1 * KIB,
  retire: 64 * KIB,
  report: 64 * KIB,
  start: 1 * KIB,
  logs: 4 * MIB,
  heartbeat: 1 * KIB,
  commit: 16 * KIB,
  changes: 1 * MIB,
  outputs: 2 * MIB,
  outcome: 16 * KIB,
  upload: 1 * KIB,
  uploaded: 16 * KIB,
  lock: 16 * KIB,
  unlock: 1 * KIB,
} as const;

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the embedded broker bears of its clients. */
export const BROKER_LIMITS = {
  /** Open connections altogether. */
  connections: 8192,
  /** Connections that have not proved yet which pool they are of: altogether, and from one address. */
  unprovedConnections: 2048,
  unprovedPerAddress: 512,
  /** From the first packet of TCP to a proof that is in order. */
  unprovedMs: 15_000,
  connectionsPerPool: 32,
  /** Largest packet in bytes: the first one, a request, any other. */
  connectBytes: 16 * KIB,
  publishBytes: 4 * MIB,
  otherBytes: 32 * KIB,
  /** Properties of a request in MQTT 5: a proof fits, and reading them takes long. */
  propertiesBytes: 16 * KIB,
  /** From the first byte of a packet to its last. */
  packetMs: 60_000,
  /** Requests that are worked on at the same time; what comes beyond them is not read from the connection. */
  requestsPerConnection: 8,
  requestsPerPool: 16,
  /** From this size on a request waits until no other such one of the pool is worked on: reading it takes long. */
  largeRequestBytes: 256 * KIB,
  largeRequestsPerPool: 1,
  subscriptionsPerConnection: 64,
  topicFilterBytes: 512,
  /** Bytes in memory that came in part or have not gone out. A connection that would go beyond is closed. */
  heldBytesPerPool: 48 * MIB,
  heldBytes: 256 * MIB,
  /** While more bytes than this have not gone out, nothing more is read from a connection. */
  unsentBytes: 1 * MIB,
  /** How long a client may take nothing of what it is sent. */
  drainMs: 15_000,
  /** Longest keep-alive; after one and a half of it in silence the connection is closed. */
  keepAliveSeconds: 120,
} as const;

export type BrokerLimits = { readonly [K in keyof typeof BROKER_LIMITS]: number };

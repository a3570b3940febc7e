/* Columns as in schema.ts: pools of VCS agents, and who of them is connected where. */

export interface VcsAgentPoolRow {
  id: string;
  name: string;
  description: string | null;
  /** SHA-256 of the secret of its agents, in base64url. */
  secretHash: string;
  createdAt: number;
  updatedAt: number;
}

/** An agent, as one replica knows it. */
export interface VcsAgentRow {
  id: string;
  replica: string;
  poolId: string;
  name: string;
  version: string;
  address: string;
  streams: number;
  connectedAt: number;
  seenAt: number;
}

export interface VcsReplicaRow {
  id: string;
  seenAt: number;
}

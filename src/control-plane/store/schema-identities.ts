/* Columns as in schema.ts: who people and programs are. */

export interface ApiKeyRow {
  id: string;
  name: string;
  role: string;
  /** SHA-256 of the secret, in base64url; empty where tokens stand for one. */
  secretHash: string;
  createdAt: number;
  lastUsedAt: number | null;
  /** Whose tokens, as JSON; null: it has a secret. */
  oidc: string | null;
}

export interface WebSessionRow {
  /** SHA-256 of what its cookie holds, in base64url. */
  idHash: string;
  keyId: string;
  stamp: string;
  createdAt: number;
  usedAt: number;
  endsAt: number;
}

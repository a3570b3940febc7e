import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { RequestError } from '../errors';

export const BLOB_KINDS = ['sources', 'workspaces', 'states'] as const;
export type BlobKind = (typeof BLOB_KINDS)[number];

const MIB = 1024 * 1024;

/** Largest blob of each kind, in bytes. */
export type BlobLimits = Readonly<Record<BlobKind, number>>;
export const BLOB_LIMITS: BlobLimits = { sources: 256 * MIB, workspaces: 2048 * MIB, states: 65 * MIB };

/** What lies in a store. */
export interface StoredBlob {
  readonly kind: BlobKind;
  readonly id: string;
  /** When it was stored, or last written to, in milliseconds since the epoch, by the clock of whoever stores it. */
  readonly modifiedAt: number;
  readonly bytes: number;
  /** An upload that has not ended yet, or never will. */
  readonly isUnfinished: boolean;
}

/** An upload in parts. */
export interface PartialUpload {
  readonly kind: BlobKind;
  readonly owner: string;
  /** What `begin` gave. */
  readonly upload: string;
}

export interface Part {
  /** Where in the blob it begins, in bytes: a multiple of PART_BYTES. */
  readonly offset: number;
  /** PART_BYTES, or less in the last part. */
  readonly size: number;
  readonly content: Readable;
}

/** Size of every part but the last. S3 wants at least 5 MiB; a launcher keeps one in memory and one in its making. */
export const PART_BYTES = 8 * MIB;

export interface BlobHealth {
  /** Whether blobs can be read and stored at all. */
  readonly isUsable: boolean;
  /** Whether uploads are taken now. */
  readonly takesUploads: boolean;
  /** What is wrong, for people; '' when nothing is. */
  readonly sentence: string;
}

/**
 * Large things: sources of stacks, sealed workspaces of runs, encrypted states. A blob is whole or not there, and never changes. Its id is
 * made for the upload and never used again, so that whoever removes a blob that nobody names any more takes it from no
 * later upload of the same content.
 */
export interface BlobStore {
  /**
   * Stores a stream durably; gives its id.
   *
   * @param owner whom it is for: letters, digits and `-`. A part of the id.
   * @throws RequestError `too-large` past the limit of its kind, `no-space` when there is no room for it.
   */
  write(kind: BlobKind, owner: string, content: Readable): Promise<string>;
  /** @throws RequestError `not-found` when it is gone. The caller reads the stream or destroys it. */
  read(kind: BlobKind, id: string): Promise<{ readonly size: number; readonly stream: Readable }>;
  /** Removes it; one that is not there is removed already. */
  remove(blob: Pick<StoredBlob, 'kind' | 'id' | 'isUnfinished'>): Promise<void>;
  list(kind: BlobKind): AsyncIterable<StoredBlob>;
  /** Begins an upload in parts, and ends what the owner had begun before. @throws RequestError `no-space` */
  begin(kind: BlobKind, owner: string): Promise<string>;
  /**
   * Stores a part. The same part may be stored again.
   * @throws RequestError `upload-lost` when the parts before it, or the upload, are gone; `too-large`; `no-space`.
   */
  append(upload: PartialUpload, part: Part): Promise<void>;
  /**
   * Makes a blob of the parts, after it has read back what is stored; gives its id. May be repeated.
   * @throws RequestError `upload-lost` when it is not what was sent.
   */
  finish(upload: PartialUpload, sent: { readonly size: number; readonly sha256: string }): Promise<string>;
  health(): Promise<BlobHealth>;
  close(): void;
}

const OWNER = /^[A-Za-z0-9-]{1,100}$/;
const UUID = /^[0-9a-f-]{36}$/;

/** @throws TypeError for an owner that is no name of a file */
export function newBlobId(owner: string): string {
  return blobId(owner, randomUUID());
}

export function blobId(owner: string, uuid: string): string {
  if (!OWNER.test(owner)) throw new TypeError(`${owner} cannot be a part of a blob's id`);
  if (!UUID.test(uuid)) throw uploadLost('it is not known');
  return `${owner}-${uuid}`;
}

export function tooLarge(kind: BlobKind, limit: number): RequestError {
  return new RequestError('too-large', `the upload is larger than ${limit} bytes, the limit for ${kind}`);
}

export function uploadLost(why: string): RequestError {
  return new RequestError('upload-lost', `the upload is to be made again from its beginning: ${why}`);
}

export function blobGone(kind: BlobKind): RequestError {
  return new RequestError('not-found', `the stored ${kind} file is gone: upload it again`);
}

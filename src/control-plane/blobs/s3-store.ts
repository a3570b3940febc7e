import { randomUUID } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import type {
  ListMultipartUploadsCommandOutput,
  Part as S3Part,
  S3Client,
  ServerSideEncryption,
  UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { RequestError } from '../errors';
import { connectS3, isMissing, S3_HEALTH_FOR_MS, type Multipart, type S3Options, type Sdk } from './s3-client';
import {
  blobGone,
  blobId,
  newBlobId,
  PART_BYTES,
  tooLarge,
  uploadLost,
  type BlobHealth,
  type BlobKind,
  type BlobLimits,
  type BlobStore,
  type Part,
  type PartialUpload,
  type StoredBlob,
} from './blob-store';
import { digest, Measured } from './streams';

/**
 * Blobs as objects of an S3 bucket. An object is whole or not there by itself; an upload in parts is a multipart upload of the
 * object that it becomes. Credentials come from where the SDK looks: variables, profiles, web identity, the instance.
 */
export class S3BlobStore implements BlobStore {
  private asked: { readonly at: number; readonly health: Promise<BlobHealth> } | undefined;

  private constructor(
    private readonly sdk: Sdk,
    private readonly client: S3Client,
    private readonly options: S3Options,
    private readonly limits: BlobLimits,
  ) {}

  static async open(options: S3Options, limits: BlobLimits): Promise<S3BlobStore> {
    const { sdk, client } = await connectS3(options);
    return new S3BlobStore(sdk, client, options, limits);
  }

  async write(kind: BlobKind, owner: string, content: Readable): Promise<string> {
    const { Upload } = (await import('@aws-sdk/lib-storage')).default;
    const id = newBlobId(owner);
    const body = new Measured({ kind, limit: this.limits[kind] });
    // Whoever reads the last stream hears of every failure.
    pipeline(content, body, () => undefined);
    const upload = new Upload({
      client: this.client,
      params: { ...this.object(kind, id), ...this.encryption(), Body: body },
      partSize: PART_BYTES,
      // What it has in memory is this many parts.
      queueSize: 1,
    });
    try {
      await upload.done();
      const { ContentLength } = await this.client.send(new this.sdk.HeadObjectCommand(this.object(kind, id)));
      if (ContentLength !== body.counted) throw new Error(`${id} is not as long in S3 as what was sent`);
      return id;
    } catch (error) {
      const cause = body.errored ?? error;
      body.destroy();
      await this.remove({ kind, id, isUnfinished: false }).catch(() => undefined);
      throw cause === body.errored ? cause : this.explained(cause);
    }
  }

  async read(kind: BlobKind, id: string): Promise<{ size: number; stream: Readable }> {
    try {
      const { Body, ContentLength } = await this.client.send(new this.sdk.GetObjectCommand(this.object(kind, id)));
      return { size: ContentLength ?? 0, stream: Body as Readable };
    } catch (error) {
      throw isMissing(error) ? blobGone(kind) : this.explained(error);
    }
  }

  async remove({ kind, id, isUnfinished }: Pick<StoredBlob, 'kind' | 'id' | 'isUnfinished'>): Promise<void> {
    const { AbortMultipartUploadCommand, DeleteObjectCommand } = this.sdk;
    try {
      if (isUnfinished) await this.client.send(new AbortMultipartUploadCommand(this.multipart(kind, id)));
      else await this.client.send(new DeleteObjectCommand(this.object(kind, id)));
    } catch (error) {
      if (!isMissing(error)) throw this.explained(error);
    }
  }

  async *list(kind: BlobKind): AsyncIterable<StoredBlob> {
    const { paginateListObjectsV2 } = this.sdk;
    const { Bucket, Key } = this.object(kind, '');
    try {
      for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket, Prefix: Key })) {
        for (const { Key: key = '', LastModified, Size: bytes = 0 } of page.Contents ?? []) {
          const modifiedAt = LastModified?.getTime() ?? 0;
          yield { kind, id: key.slice(Key.length), modifiedAt, bytes, isUnfinished: false };
        }
      }
      for await (const { id, begunAt } of this.unfinished(kind, '')) {
        const { lastAt, bytes } = await this.sent(kind, id);
        yield { kind, id, modifiedAt: Math.max(begunAt, lastAt), bytes, isUnfinished: true };
      }
    } catch (error) {
      throw this.explained(error);
    }
  }

  /** Multipart uploads that have not ended; the id of one ends with S3's own. */
  private async *unfinished(kind: BlobKind, owner: string): AsyncIterable<{ id: string; begunAt: number }> {
    const { Bucket, Key } = this.object(kind, '');
    let next: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (next) {
      const command = new this.sdk.ListMultipartUploadsCommand({ Bucket, Prefix: `${Key}${owner}`, ...next });
      const page: ListMultipartUploadsCommandOutput = await this.client.send(command);
      for (const { Key: key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
        yield { id: `${key.slice(Key.length)}.${UploadId}`, begunAt: Initiated?.getTime() ?? 0 };
      }
      const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
      next = IsTruncated && KeyMarker && UploadIdMarker ? { KeyMarker, UploadIdMarker } : undefined;
    }
  }

  /** The parts of an upload: when one came last, and how large they are; none of one that has ended meanwhile. */
  private async sent(kind: BlobKind, id: string): Promise<{ lastAt: number; bytes: number }> {
    const parts = await this.parts(this.multipart(kind, id)).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return {
      lastAt: Math.max(0, ...parts.map(({ LastModified }) => LastModified?.getTime() ?? 0)),
      bytes: parts.reduce((sum, { Size = 0 }) => sum + Size, 0),
    };
  }

  async begin(kind: BlobKind, owner: string): Promise<string> {
    try {
      for await (const { id } of this.unfinished(kind, `${owner}-`))
        await this.remove({ kind, id, isUnfinished: true });
      const uuid = randomUUID();
      const object = this.object(kind, blobId(owner, uuid));
      const command = new this.sdk.CreateMultipartUploadCommand({ ...object, ...this.encryption() });
      const { UploadId } = await this.client.send(command);
      return `${uuid}.${UploadId}`;
    } catch (error) {
      throw this.explained(error);
    }
  }

  async append({ kind, owner, upload }: PartialUpload, { offset, size, content }: Part): Promise<void> {
    if (offset + size > this.limits[kind]) throw tooLarge(kind, this.limits[kind]);
    const { uuid, uploadId } = splitUpload(upload);
    const part = { UploadId: uploadId, PartNumber: offset / PART_BYTES + 1, Body: content, ContentLength: size };
    const command = new this.sdk.UploadPartCommand({ ...this.object(kind, blobId(owner, uuid)), ...part });
    // The SDK waits for ever for a body that has broken off.
    const broken = new AbortController();
    const breakOff = (): void => broken.abort();
    content.once('error', breakOff);
    try {
      await this.client.send(command, { abortSignal: broken.signal });
    } catch (error) {
      if (content.errored) throw content.errored;
      // A service may end the connection before anybody has read why.
      if (isMissing(error) || !(await this.isKnown(command.input))) throw uploadLost('it was given up');
      throw this.explained(error);
    } finally {
      content.off('error', breakOff);
    }
  }

  private async isKnown({ Bucket, Key, UploadId }: UploadPartCommandInput): Promise<boolean> {
    try {
      await this.client.send(new this.sdk.ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
      return true;
    } catch (error) {
      return !isMissing(error);
    }
  }

  async finish(
    { kind, owner, upload }: PartialUpload,
    sent: { readonly size: number; readonly sha256: string },
  ): Promise<string> {
    const { uuid, uploadId } = splitUpload(upload);
    const id = blobId(owner, uuid);
    try {
      await this.assemble({ ...this.object(kind, id), UploadId: uploadId }, sent.size);
      const { size, sha256 } = await digest((await this.read(kind, id)).stream);
      if (size === sent.size && sha256 === sent.sha256) return id;
      await this.remove({ kind, id, isUnfinished: false });
    } catch (error) {
      if (error instanceof RequestError && error.code === 'not-found') throw uploadLost('it is not known');
      throw this.explained(error);
    }
    throw uploadLost('what is stored is not what was sent');
  }

  /** Makes the object of its parts; one that is made already stays as it is. */
  private async assemble(multipart: Multipart, size: number): Promise<void> {
    const { AbortMultipartUploadCommand, CompleteMultipartUploadCommand } = this.sdk;
    let parts: S3Part[];
    try {
      parts = await this.parts(multipart);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    const stored = parts.reduce((sum, { Size = 0 }) => sum + Size, 0);
    if (stored !== size || parts.some(({ PartNumber }, index) => PartNumber !== index + 1)) {
      await this.client.send(new AbortMultipartUploadCommand(multipart));
      throw uploadLost(`${stored} bytes of ${size} are stored`);
    }
    const Parts = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    await this.client.send(new CompleteMultipartUploadCommand({ ...multipart, MultipartUpload: { Parts } }));
  }

  private async parts(multipart: Multipart): Promise<S3Part[]> {
    const parts: S3Part[] = [];
    let marker: string | undefined;
    do {
      // Not by the SDK's paginator, which goes on while there is a marker: some services always give one.
      const command = new this.sdk.ListPartsCommand({ ...multipart, ...(marker && { PartNumberMarker: marker }) });
      const page = await this.client.send(command);
      parts.push(...(page.Parts ?? []));
      marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
    return parts;
  }

  /** As it was a while ago at most: to know it costs requests. */
  health(): Promise<BlobHealth> {
    const now = performance.now();
    if (this.asked === undefined || now - this.asked.at > S3_HEALTH_FOR_MS)
      this.asked = { at: now, health: this.probe() };
    return this.asked.health;
  }

  private async probe(): Promise<BlobHealth> {
    const { DeleteObjectCommand, PutObjectCommand } = this.sdk;
    const probe = { Bucket: this.options.bucket, Key: `${this.options.prefix ?? ''}probe-${randomUUID()}` };
    try {
      await this.client.send(new PutObjectCommand({ ...probe, ...this.encryption(), Body: 'probe' }));
      await this.client.send(new DeleteObjectCommand(probe));
      return { isUsable: true, takesUploads: true, sentence: '' };
    } catch (error) {
      return { isUsable: false, takesUploads: false, sentence: (this.explained(error) as Error).message };
    }
  }

  close(): void {
    this.client.destroy();
  }

  private object(kind: BlobKind, id: string): { Bucket: string; Key: string } {
    const { bucket, prefix = '' } = this.options;
    return { Bucket: bucket, Key: `${prefix}${kind}/${id}` };
  }

  private multipart(kind: BlobKind, unfinished: string): Multipart {
    const [id = '', uploadId = ''] = splitOnce(unfinished);
    return { ...this.object(kind, id), UploadId: uploadId };
  }

  private encryption(): { ServerSideEncryption?: ServerSideEncryption; SSEKMSKeyId?: string } {
    const { serverSideEncryption: ServerSideEncryption, kmsKeyId: SSEKMSKeyId } = this.options;
    return { ...(ServerSideEncryption && { ServerSideEncryption }), ...(SSEKMSKeyId && { SSEKMSKeyId }) };
  }

  /** An error of S3 with the bucket in it; those of others as they are. */
  private explained(error: unknown): unknown {
    if (!(error instanceof Error) || error instanceof RequestError) return error;
    const { bucket, endpoint } = this.options;
    const place = endpoint === undefined ? `the S3 bucket ${bucket}` : `the S3 bucket ${bucket} at ${endpoint}`;
    return new Error(`${place} cannot be used: ${error.name}: ${error.message}`, { cause: error });
  }
}

function splitUpload(upload: string): { uuid: string; uploadId: string } {
  const [uuid = '', uploadId = ''] = splitOnce(upload);
  if (!uploadId) throw uploadLost('it is not known');
  return { uuid, uploadId };
}

/** Before and after the first dot: S3's own ids may have dots. */
function splitOnce(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

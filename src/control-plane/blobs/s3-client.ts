import type * as S3 from '@aws-sdk/client-s3';
import { PlainAgent, SecureAgent } from '../../network/agents';

export interface S3Options {
  readonly bucket: string;
  /** Before the names of all objects: `worker-pools/`, say. @default '' */
  readonly prefix?: string;
  /** `https://host:port` of a service that is not AWS. @default AWS's, of the region */
  readonly endpoint?: string;
  /** @default AWS_REGION, or what the profile says */
  readonly region?: string;
  /** `endpoint/bucket/key` in place of `bucket.endpoint/key`, as most services but AWS want it. @default false */
  readonly forcePathStyle?: boolean;
  /** `AES256` or `aws:kms`. @default what the bucket does by itself */
  readonly serverSideEncryption?: S3.ServerSideEncryption;
  /** Key of `aws:kms`. @default the account's */
  readonly kmsKeyId?: string;
}

/** A connection to S3 that is not made, or says nothing, for so long is given up, and the request is made again. */
export const S3_CONNECT_WITHIN_MS = 10_000;
export const S3_SILENCE_MS = 60_000;

/** As the SDK has them by itself. */
const CONNECTIONS = { keepAlive: true, maxSockets: 50 };

/** How long what was found out about the bucket's health holds. */
export const S3_HEALTH_FOR_MS = 30_000;

/** What is used of the SDK, which is loaded only where there is S3. */
export type Sdk = typeof S3;

export interface Multipart {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
}

/** Without one of its own the SDK warns on the console of what its caller hears as an error. */
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // Nobody reads it.
}

export async function connectS3(options: S3Options): Promise<{ sdk: Sdk; client: S3.S3Client }> {
  // CommonJS: a bundle in pieces has no named exports of it.
  const { default: sdk } = await import('@aws-sdk/client-s3');
  const { endpoint, region, forcePathStyle = false } = options;
  const client = new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    forcePathStyle,
    maxAttempts: 4,
    // Services other than AWS know no checksums that follow a body; what is stored is read back and compared.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The clients by which it finds credentials (STS) take it over; what has none but this machine's (IMDS) asks directly.
    requestHandler: {
      connectionTimeout: S3_CONNECT_WITHIN_MS,
      socketTimeout: S3_SILENCE_MS,
      httpAgent: new PlainAgent(CONNECTIONS),
      httpsAgent: new SecureAgent(CONNECTIONS),
    },
    logger: QUIET,
  });
  return { sdk, client };
}

export function isMissing(error: unknown): boolean {
  return ['NoSuchKey', 'NoSuchUpload', 'NotFound'].includes((error as Error).name);
}

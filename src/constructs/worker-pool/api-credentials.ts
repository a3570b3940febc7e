import type { ISecret } from 'cdk8s-plus-28';

/**
 * The Secret that holds the API key with which a pool registers itself.
 *
 * Not yet carried out by the bundled controller: auto-registration, to which this field belongs.
 */
export interface WorkerPoolApiCredentials {
  /** The Secret, in the namespace of the pool. */
  readonly secret: ISecret;

  /**
   * Key of the Secret that holds the URL of the account, without a path.
   *
   * @default "endpoint"
   */
  readonly endpointKey?: string;

  /**
   * Key of the Secret that holds the ID of the API key.
   *
   * @default "keyId"
   */
  readonly keyIdKey?: string;

  /**
   * Key of the Secret that holds the secret of the API key.
   *
   * @default "keySecret"
   */
  readonly keySecretKey?: string;
}

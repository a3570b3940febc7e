export interface SecretMetadata {
  readonly name: string;
  readonly namespace: string;
}

/**
 * The Secret of a pool. The token goes in as it is, the key as base64 of its PEM; Kubernetes' own encoding is on top.
 * @param privateKey base64 of the PEM
 */
export function credentialsSecret(metadata: SecretMetadata, token: string, privateKey: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { token, privateKey } };
}

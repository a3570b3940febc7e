export * from './conditions';
export * from './crd';
export type * from './kubernetes.generated';
export * from './names';
export type * from './schema';
export type * from './types';
export type * from './types.generated';
export * from './worker/crd';
export * from './worker-pool/crd';

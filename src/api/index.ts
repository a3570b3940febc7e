export * from './conditions';
export type * from './kubernetes.generated';
export * from './names';
export type * from './types';

export * from './primitives';
export * from './controller';
export * from './git';
export * from './launcher';
export * from './outputs';
export * from './plan-changes';
export * from './policy-input';

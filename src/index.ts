/** The public entry: the constructs. The API's types and names are in the entry `cdk8s-worker-pools/api`, for TypeScript. */
export * from './constructs';

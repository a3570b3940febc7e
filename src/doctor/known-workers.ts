/** Asks a control plane for the ids of the workers of a pool; undefined where it has no such pool. */
export type KnownWorkers = (poolUlid: string) => Promise<readonly string[] | undefined>;

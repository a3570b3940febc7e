/** A chart, and the values files that its `ci/` folder has for it. */
export interface ChartInput {
  /** What people read. */
  readonly name: string;
  readonly folder: string;
  readonly valuesFiles: readonly string[];
}

/** Manifests in one file, as one user applies them. */
export interface ManifestInput {
  /** What people read, for example `charts/NAME with ci/NAME-values.yaml`. */
  readonly name: string;
  readonly file: string;
}

/** Charts and manifests that the tools look at. */
export interface Inputs {
  readonly charts: readonly ChartInput[];
  readonly manifests: readonly ManifestInput[];
  /**
   * A run's Pod for each WorkerPool in the manifests: for the schemas alone. What such a Pod asks for and may do is for
   * the pool's owner to say, so there is nothing to score.
   */
  readonly runPods: readonly ManifestInput[];
}

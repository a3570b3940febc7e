/** Where the launcher's volumes are mounted; in a Pod `PATH` of src/api/names.ts says so. */
export interface Paths {
  readonly workspace: string;
  readonly binaries: string;
  readonly binariesCache: string;
  readonly credentials: string;
  readonly exchange: string;
}

/** What `cdk8s synth` runs: `cdk8s synth --app "tsx examples/gitops/main.ts" --output manifests`. */
import { synthesize } from './app';

synthesize();

/** What the chart's README.md says before the tables of values. */
export const OPERATOR_GUIDE = `
## Install

The CustomResourceDefinitions and the exporter are subcharts that lie inside, so nothing is fetched:

\`\`\`sh
helm upgrade --install worker-pools . --namespace worker-pools --create-namespace
helm test worker-pools --namespace worker-pools
\`\`\`

Pools may come with the release, too. Make the pool in your control plane, put its token and private key into a Secret, and
name both in a values file. On a cluster that has no WorkerPools yet, add \`--wait\`: the pools are made after the
CRDs are served. Without it the first attempt fails with \`no matches for kind "WorkerPool"\`, and the same command
again brings them.

\`\`\`yaml values
workerPools:
  - name: production
    credentials:
      existingSecret: production-pool
    spec:
      poolSize: 3
\`\`\`

The value names are those of Spacelift's official chart: its values files work here, and a release of it can be upgraded
to this chart under the same name. Where a default differs, its row below says why, and how to have the official one.

## What stays

The CRDs (\`crds.keep\`) and the pools of \`workerPools\` with their Secrets and claims (\`keepWorkerPools\`) stay
when the release is uninstalled, because deleting them ends runs.
`;

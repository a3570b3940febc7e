import { pageOf } from '../../shared/repository';

/** What the chart's README.md says before the tables of values. */
export const OPERATOR_GUIDE = `
## Before

No image of this project is published. [Build them and push them](${pageOf('docs/guides/images.md')})
to a registry of yours first, which one command of the repository does, and name the controller's in
\`controllerManager.manager.image\`.

## Install

In the chart's folder (or with its package in the place of the dot). The CRDs and the exporter are subcharts
that lie inside, so nothing is fetched:

\`\`\`sh
helm upgrade --install worker-pools . --namespace worker-pools --create-namespace \\
  --set controllerManager.manager.image.repository=registry.example.com/worker-pools/controller
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

The names of Spacelift's official chart are all here, so that its values files work, and a release of it can be upgraded
to this chart under the same name; more names are this chart's own. Where a default differs, its row below says why, and
how to have the official one.

## Dashboard and alerts

\`dashboards/worker-pools.json\` is a Grafana dashboard to import, \`alerts/worker-pools.yaml\` a PrometheusRule to apply with
the labels that your Prometheus looks for. No template makes them.

## What stays

The CRDs (\`crds.keep\`) and the pools of \`workerPools\` with their Secrets and claims (\`keepWorkerPools\`) stay
when the release is uninstalled, because deleting them ends runs.
`;

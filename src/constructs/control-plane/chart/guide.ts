import { pageOf } from '../../shared/repository';

/** What the chart's README.md says before the tables of values. */
export const CONTROL_PLANE_GUIDE = `
## Before

No image of this project is published. [Build them and push them](${pageOf('docs/guides/images.md')})
to a registry of yours first, which one command of the repository does, and name them in a values file:

\`\`\`yaml values chart=charts/control-plane file=images.yaml
image: { repository: registry.example.com/worker-pools/control-plane }
launcherImage: registry.example.com/worker-pools/launcher:0.1.0
defaultRunnerImage: registry.example.com/worker-pools/runner:0.1.0
\`\`\`

## Install

In the chart's folder (or with its package in the place of the dot):

\`\`\`sh
helm upgrade --install worker-pools-control-plane . --namespace worker-pools --create-namespace --values images.yaml
helm test worker-pools-control-plane --namespace worker-pools
\`\`\`

That is one Pod with one volume, reachable inside the cluster. Decide on \`publicUrl\` before the first pool is made: it is
written into every token. [The page on installing](${pageOf('docs/guides/control-plane-install.md')}) has the rest: an
address from outside, Secrets, and several replicas on PostgreSQL, S3 and an MQTT broker.

## Dashboard and alerts

\`dashboards/control-plane.json\` is a Grafana dashboard of the control plane to import. \`metrics.serviceMonitor.enabled\` has Prometheus scrape what it shows, and
\`metrics.prometheusRule.enabled\` brings [alerts](${pageOf('docs/operations/control-plane-alerts.md')}).

## What stays

The volume's claim stays when the release is uninstalled, as those of StatefulSets do. No template makes random values: what is
not given by a Secret is made by the program at its first start, and kept on the volume.
`;

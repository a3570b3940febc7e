import { stringify } from 'yaml';

/** By name (`controller`, `launcher`, `control-plane`, `runner`), what a Pod's `image` is. */
export type Images = Readonly<Record<string, string>>;

/** The values of the chart that name the images which it installs. */
export function chartValues({ controller = '' }: Images) {
  // The tag is what follows the last colon, unless that belongs to a registry's port.
  const [, repository = controller, tag = 'latest'] = /^(.*):([^/]*)$/.exec(controller) ?? [];
  return { controllerManager: { manager: { image: { repository, tag } } } };
}

/** The same as a values file, which says to people in comments how to name the images elsewhere. */
export function valuesFile(images: Images): string {
  return `# For the chart: helm upgrade --install ... --values THIS-FILE
${stringify(chartValues(images))}# For the constructs:
#   new WorkerPoolOperator(chart, 'operator', { image: '${images.controller}' });
#   new WorkerPoolControlPlane(chart, 'control-plane', {
#     image: '${images['control-plane']}',
#     launcherImage: '${images.launcher}',
#     defaultRunnerImage: '${images.runner}',
#   });
# For a control plane that runs by itself:
#   worker-pools control-plane --launcher-image ${images.launcher} --default-runner-image ${images.runner}
`;
}

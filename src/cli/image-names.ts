import { stringify } from 'yaml';

/** By name (`controller`, `launcher`, `control-plane`, `runner`), what a Pod's `image` is. */
export type Images = Readonly<Record<string, string>>;

/** The values of the chart that name the images which it installs. */
export function chartValues({ controller = '' }: Images) {
  return { controllerManager: { manager: { image: imageParts(controller) } } };
}

/** The tag is what follows the last colon, unless that belongs to a registry's port. */
function imageParts(image: string) {
  const [, repository = image, tag = 'latest'] = /^(.*):([^/]*)$/.exec(image) ?? [];
  return { repository, tag };
}

/** The same as a values file, which says to people in comments how to name the images elsewhere. */
export function valuesFile(images: Images): string {
  const controlPlane = imageParts(images['control-plane'] ?? '');
  return `# For the chart of the operator: helm upgrade --install ... --values THIS-FILE
${stringify(chartValues(images))}# For the constructs:
#   new WorkerPoolOperator(chart, 'operator', { image: '${images.controller}' });
#   new WorkerPoolControlPlane(chart, 'control-plane', {
#     image: '${images['control-plane']}',
#     launcherImage: '${images.launcher}',
#     defaultRunnerImage: '${images.runner}',
#   });
# For the chart of the control plane, in a values file of its own:
#   image: { repository: ${controlPlane.repository}, tag: ${controlPlane.tag} }
#   launcherImage: ${images.launcher}
#   defaultRunnerImage: ${images.runner}
# For a control plane that runs by itself:
#   worker-pools control-plane --launcher-image ${images.launcher} --default-runner-image ${images.runner}
`;
}

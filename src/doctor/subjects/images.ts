import type { WorkerPool } from '../../api';
import { imageHost, isAllowedHost } from '../../controller/run/images';
import { podTemplate } from '../../controller/run';
import type { Found } from '../finding';
import { poolName } from '../scene';
import { subject } from '../subject';

const kinds = {
  'image-host-unusable': {
    level: 'WARNING',
    meaning: 'An entry of spec.allowedRunnerImageHosts is no host: no image can come from it.',
    mend: 'Write the host alone, with its port where it has one: registry.example.com or registry.example.com:5000; no scheme, no path, no wildcard.',
  },
  'image-hosts-none': {
    level: 'WARNING',
    meaning: 'spec.allowedRunnerImageHosts is an empty list: no stack may name a runner image.',
    mend: 'Name the hosts, or take the field out where every host is allowed.',
  },
  'image-host-of-default': {
    level: 'WARNING',
    meaning:
      'The default image of a WorkerPool is from a host that spec.allowedRunnerImageHosts does not name: it works as the default, but a stack that names it is refused.',
    mend: 'Add the host to spec.allowedRunnerImageHosts, or take the default image from an allowed one.',
  },
} as const;

type Code = keyof typeof kinds;

/** A host with a port perhaps, as an image reference may name it. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?)(:\d+)?$/i;

export function imageFindings(pools: readonly WorkerPool[]): Found<Code>[] {
  return pools.flatMap((pool): Found<Code>[] => {
    const allowed = pool.spec?.allowedRunnerImageHosts;
    const object = poolName(pool);
    if (!allowed) return [];
    if (allowed.length === 0)
      return [{ code: 'image-hosts-none', object, message: 'no stack may name a runner image' }];
    const unusable = allowed.filter((entry) => !HOST.test(entry) || imageHost(`${entry}/image`) !== entry);
    const { defaultRunnerImage, defaultAnsibleRunnerImage } = podTemplate(pool);
    const others = [defaultRunnerImage, defaultAnsibleRunnerImage].flatMap((image) =>
      image !== undefined && !isAllowedHost(imageHost(image), allowed) ? [image] : [],
    );
    return [
      ...unusable.map((entry): Found<Code> => {
        const message = `spec.allowedRunnerImageHosts names "${entry}", which is the host of no image`;
        return { code: 'image-host-unusable', object, message };
      }),
      ...others.map((image): Found<Code> => {
        const message = `its default image ${image} is from ${imageHost(image)}, which spec.allowedRunnerImageHosts does not name`;
        return { code: 'image-host-of-default', object, message };
      }),
    ];
  });
}

export const images = subject<readonly WorkerPool[], Code>({
  name: 'images',
  looksAt:
    'The hosts that runner images may come from (spec.allowedRunnerImageHosts), and the default images against them.',
  kinds,
  gather: ({ scene }) => Promise.resolve(scene.pools),
  findings: imageFindings,
});

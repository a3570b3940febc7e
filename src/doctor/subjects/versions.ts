import type { Controller } from '../controllers';
import type { Found } from '../finding';
import type { Scene } from '../scene';
import { subject } from '../subject';
import type { Seen } from '../view';

export interface VersionsFact extends Pick<Scene, 'version'> {
  readonly controllers: Seen<readonly Pick<Controller, 'namespace' | 'name' | 'image' | 'isOurs'>[]>;
}

const kinds = {
  'version-skew': {
    level: 'WARNING',
    meaning: 'Controller and command line are of versions that differ in more than the last number.',
    mend: 'Bring both to one version: the CRDs first, then the operator; the control plane takes controllers of the version before its own.',
  },
} as const;

type Code = keyof typeof kinds;

/** The version that the tag of an image says; undefined for a tag that is none. */
export function versionOf(image: string): string | undefined {
  return /:v?(\d+\.\d+\.\d+(?:[-+][\w.-]+)?)(?:@|$)/.exec(image)?.[1];
}

export function versionFindings({ version, controllers }: VersionsFact): Found<Code>[] {
  return (controllers === 'unseen' ? [] : controllers).flatMap(({ namespace, name, image, isOurs }): Found<Code>[] => {
    const theirs = versionOf(image);
    // Spacelift's controller has versions of its own.
    if (!isOurs || theirs === undefined || line(theirs) === line(version)) return [];
    const message = `it runs ${theirs}, and this command line is ${version}`;
    return [{ code: 'version-skew', object: `Deployment ${namespace}/${name}`, message }];
  });
}

/** The numbers that stay the same where nothing breaks. */
const line = (version: string): string => version.split('.').slice(0, 2).join('.');

export const versions = subject<VersionsFact, Code>({
  name: 'versions',
  looksAt: 'The version of each controller, by the tag of its image, against that of the command line.',
  kinds,
  gather: ({ scene }) => Promise.resolve(scene),
  findings: versionFindings,
});

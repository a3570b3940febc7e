/** How a git host lays out the paths of its repositories. */
interface Vendor {
  /** Goes on after "such as". */
  readonly example: string;
  /** The project of a path, as `group/repository`; undefined for a path of nothing. */
  readonly projectOf: (parts: readonly string[]) => readonly string[] | undefined;
}

const least =
  (count: number) =>
  (parts: readonly string[]): readonly string[] | undefined =>
    parts.length >= count ? parts : undefined;

/** The vendors that are documented, and `git` for any other host. */
const VENDORS = {
  git: { example: 'team/app.git', projectOf: least(1) },
  gitlab: { example: 'group/subgroup/app.git', projectOf: least(2) },
  github_enterprise: { example: 'owner/app.git', projectOf: (parts) => (parts.length === 2 ? parts : undefined) },
  bitbucket_datacenter: {
    example: 'scm/project/app.git',
    projectOf: ([scm, ...parts]) => (scm === 'scm' && parts.length === 2 ? parts : undefined),
  },
  azure_devops: {
    example: 'collection/project/_git/app',
    projectOf: (parts) =>
      parts.length >= 3 && parts.at(-2) === '_git' ? parts.filter((part) => part !== '_git') : undefined,
  },
} as const satisfies Readonly<Record<string, Vendor>>;

export type VendorName = keyof typeof VENDORS;

export const VENDOR_NAMES = Object.keys(VENDORS) as VendorName[];

/** A repository of a host, as `ALLOWED_PROJECTS` speaks of it: without `.git`. Undefined for a path of no repository. */
export function projectOf(vendor: VendorName, repository: string): string | undefined {
  const parts = repository.split('/').map(decodeURIComponent);
  return VENDORS[vendor]
    .projectOf(parts)
    ?.join('/')
    .replace(/\.git$/, '');
}

export const exampleOf = (vendor: VendorName): string => VENDORS[vendor].example;

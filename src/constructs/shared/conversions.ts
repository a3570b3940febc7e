import type { Duration } from 'cdk8s';
import type { ISecret, PercentOrAbsolute } from 'cdk8s-plus-28';

/** How props are written as values of a chart. */

/** Rules of values tell of what is no whole number. */
export const seconds = (duration: Duration): number => duration.toMilliseconds() / 1000;

const inPrometheusUnits = (duration: Duration): string => `${seconds(duration)}s`;

/** Where the options of a ServiceMonitor go among the values. */
export const serviceMonitorProps = <At extends string>(at: At) =>
  ({
    namespace: `${at}.namespace`,
    labels: `${at}.additionalLabels`,
    annotations: `${at}.annotations`,
    interval: { to: `${at}.interval`, as: inPrometheusUnits },
    scrapeTimeout: { to: `${at}.scrapeTimeout`, as: inPrometheusUnits },
  }) as const;

export const names = (secrets: readonly ISecret[]): { readonly name: string }[] =>
  secrets.map(({ name }) => ({ name }));

export const intOrPercent = ({ value }: PercentOrAbsolute): number | string => value as number | string;

/** The parts of an image's name; without tag and digest it is the latest, as Kubernetes has it. */
export function imageParts(image: string) {
  const [, name = image, digest] = /^(.*)@(.*)$/.exec(image) ?? [];
  if (digest !== undefined) return { repository: name, digest };
  const [, repository = image, tag = 'latest'] = /^(.*):([^/:]+)$/.exec(image) ?? [];
  return { repository, tag };
}

/** The object without what is not set; undefined where nothing is. */
export function definedFields<T extends object>(object: T): T | undefined {
  const given = Object.entries(object).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as T);
}

import { valid } from 'semver';
import { malformed } from '../errors';
import { checkDescription, checkLabel, projectFolder } from '../names';
import type { StackTool } from '../store/records';
import type { NewStack, StackChange } from './input';

/* What people say of modules and their versions. */

type Kept = 'pool' | 'toolVersion' | 'projectRoot' | 'runnerImage' | 'repository' | 'environment';

export interface ModuleSettingsInput {
  readonly description?: string | null;
  /** Each counts once. */
  readonly labels?: readonly string[] | null;
}

export interface NewModule extends Pick<NewStack, 'id' | Kept>, ModuleSettingsInput {
  /** As sources name it: of `SPACE/NAME/PROVIDER` the second. */
  readonly name: string;
  /** @default 'default' */
  readonly provider?: string | null;
  /** @default - that of its pool */
  readonly space?: string | null;
  /** @default 'OPENTOFU' */
  readonly tool?: Exclude<StackTool, 'ANSIBLE'> | null;
}

/** What is left out stays as it is. */
export interface ModuleChange extends Pick<StackChange, Kept | 'unsetEnvironment'>, ModuleSettingsInput {
  readonly tool?: Exclude<StackTool, 'ANSIBLE'> | null;
}

export interface NewModuleVersion {
  /** Id, or space, name and provider. */
  readonly module: string;
  /** Such as 1.2.3. */
  readonly number: string;
  /** Whole hash; of a module whose source is a repository. */
  readonly commitSha?: string | null;
  /** Name of the upload that is meant: refused where the module has another by now. @default - whatever it has */
  readonly source?: string | null;
  /** Folders inside the source, each of which is tested by a run. @default - the module's project root */
  readonly tests?: readonly string[] | null;
}

/** As the registry protocol has them. */
const NAME = /^[0-9A-Za-z](?:[0-9A-Za-z_-]{0,62}[0-9A-Za-z])?$/;
const PROVIDER = /^[0-9a-z]{1,64}$/;
const MOST_LABELS = 100;
const MOST_TESTS = 20;
const MOST_NUMBER = 100;

/** @throws RequestError `malformed`, with the rule */
export function checkModuleName(name: string): string {
  if (NAME.test(name)) return name;
  throw malformed(
    'name',
    `name ${JSON.stringify(name.slice(0, 100))} of a module is not allowed: letters, digits, dash and underscore, at most 64, a letter or digit at either end`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkProvider(provider: string): string {
  if (PROVIDER.test(provider)) return provider;
  throw malformed(
    'provider',
    `provider ${JSON.stringify(provider.slice(0, 100))} of a module is not allowed: small letters and digits, at most 64, such as aws`,
  );
}

/** A space that a source may name: those of pools may begin and end with others, and be longer. @throws RequestError */
export function checkModuleSpace(space: string): string {
  if (NAME.test(space)) return space;
  throw malformed(
    'space',
    `space ${JSON.stringify(space.slice(0, 100))} cannot be the first part of a source: letters, digits, dash and underscore, at most 64, a letter or digit at either end`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function settingsOf({ description, labels }: ModuleSettingsInput) {
  const said = checkDescription(description ?? '').trim();
  const once = [...new Set(labels ?? [])].map(checkLabel);
  if (once.length <= MOST_LABELS) return { description: said === '' ? null : said, labels: once };
  throw malformed('labels', `a module may have ${MOST_LABELS} labels: these are ${once.length}`);
}

/** @throws RequestError `malformed`, with the rule */
export function checkNumber(number: string): string {
  if (number.length <= MOST_NUMBER && !number.includes('+') && valid(number) === number) return number;
  throw malformed(
    'number',
    `version ${JSON.stringify(number.slice(0, 100))} of a module is not allowed: three numbers such as 1.2.3, perhaps with a mark such as 2.0.0-rc.1, without v before and + behind it`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function testFolders(tests: readonly string[], projectRoot: string): string[] {
  const folders = [...new Set(tests.length === 0 ? [projectRoot] : tests.map(projectFolder))];
  if (folders.length <= MOST_TESTS) return folders;
  throw malformed('tests', `a version may have ${MOST_TESTS} tests: these are ${folders.length}`);
}

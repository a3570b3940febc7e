import { readFileSync } from 'node:fs';

declare const __VERSION__: string | undefined;

/** The package's version: the bundler puts it in; from source it is read from package.json. */
export const VERSION: string =
  typeof __VERSION__ === 'string'
    ? __VERSION__
    : (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

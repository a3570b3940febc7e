import type { Parser } from '../support/parser';
import { CLUSTER } from './cluster';
import { CREDENTIALS } from './credentials';
import { LOGS } from './logs';
import { PROTOCOL } from './protocol';
import { SOURCES } from './sources';
import { SURROUNDINGS } from './surroundings';

/** Every parser that meets what others have written. */
export const PARSERS: readonly Parser[] = [
  ...PROTOCOL,
  ...CREDENTIALS,
  ...SOURCES,
  ...LOGS,
  ...CLUSTER,
  ...SURROUNDINGS,
];

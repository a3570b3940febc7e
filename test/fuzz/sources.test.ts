import { SOURCES } from './parsers/sources';
import { fuzzed } from './support/fuzzed';

fuzzed(SOURCES);

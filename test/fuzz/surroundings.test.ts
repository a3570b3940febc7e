import { SURROUNDINGS } from './parsers/surroundings';
import { fuzzed } from './support/fuzzed';

fuzzed(SURROUNDINGS);

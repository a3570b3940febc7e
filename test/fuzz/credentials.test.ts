import { CREDENTIALS } from './parsers/credentials';
import { fuzzed } from './support/fuzzed';

fuzzed(CREDENTIALS);

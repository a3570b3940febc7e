import { PROTOCOL } from './parsers/protocol';
import { fuzzed } from './support/fuzzed';

fuzzed(PROTOCOL);

import { LOGS } from './parsers/logs';
import { fuzzed } from './support/fuzzed';

fuzzed(LOGS);

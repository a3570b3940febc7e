import { CLUSTER } from './parsers/cluster';
import { fuzzed } from './support/fuzzed';

fuzzed(CLUSTER);

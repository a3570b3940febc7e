import type { Fixture } from '../fixtures/fixture';
import { IMAGES } from './images';
import { MESHES } from './meshes';
import { QUOTAS } from './quotas';
import { SIDECARS } from './sidecars';
import { STRANGERS } from './strangers';
import { USERS } from './users';

/** What is odd about the cluster, its policies and the images of other teams, a row each. */
export const SURROUNDINGS: readonly Fixture[] = [...SIDECARS, ...MESHES, ...STRANGERS, ...QUOTAS, ...USERS, ...IMAGES];

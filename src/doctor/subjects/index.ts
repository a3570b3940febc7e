import type { Subject } from '../subject';
import { budgets } from './budgets';
import { clock } from './clock';
import { controller } from './controller';
import { crds } from './crds';
import { endpoints } from './endpoints';
import { images } from './images';
import { pods } from './pods';
import { pools } from './pools';
import { quotas } from './quotas';
import { rights } from './rights';
import { secrets } from './secrets';
import { storage } from './storage';
import { versions } from './versions';
import { workers } from './workers';

/** All that is looked at, in the order in which one thing needs the other. */
export const SUBJECTS: readonly Subject[] = [
  crds,
  controller,
  versions,
  rights,
  pools,
  secrets,
  endpoints,
  clock,
  pods,
  images,
  storage,
  quotas,
  budgets,
  workers,
];

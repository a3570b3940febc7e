import type { Logger } from 'pino';
import type { AdminService } from '../admin/admin-service';
import type { Refusals } from '../audit/refusals';
import type { WhoParts } from './identify';

export interface WebParts extends WhoParts {
  readonly admin: AdminService;
  readonly refusals: Refusals;
  readonly logger: Logger;
}

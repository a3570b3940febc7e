import type { Logger } from 'pino';
import type { AdminService } from '../admin/admin-service';
import type { WhoParts } from './identify';

export interface WebParts extends WhoParts {
  readonly admin: AdminService;
  readonly logger: Logger;
}

import type { AdminService } from '../admin/admin-service';
import { overview } from './overview-page';
import { POOL_TABS, poolView } from './pool-page';
import { runView } from './run-page';
import { stackView } from './stack-page';
import type { View } from './view';
import type { Viewer } from './viewer';

export interface PageKind {
  /** As Hono has it, with the id of what it shows. */
  readonly path: string;
  readonly what: string;
  readonly make: (admin: AdminService, id: string, viewer: Viewer) => Promise<View | null>;
  readonly missing: (id: string) => string;
  /** Whether a log follows, which is that of the run. */
  readonly hasLog?: boolean;
}

export const PAGES: readonly PageKind[] = [
  { path: '/', what: 'page', make: (admin) => overview(admin), missing: () => '' },
  ...POOL_TABS.map((tab) => ({
    path: `/pools/:id${tab}`,
    what: 'pool',
    make: (admin: AdminService, id: string, viewer: Viewer) => poolView(admin, id, tab, viewer),
    missing: (id: string) => `There is no pool ${id}; it may have been deleted.`,
  })),
  {
    path: '/stacks/:id',
    what: 'stack',
    make: (admin, id) => stackView(admin, id),
    missing: (id) => `There is no stack ${id}; it may have been deleted.`,
  },
  {
    path: '/runs/:id',
    what: 'run',
    make: runView,
    missing: (id) => `There is no run ${id}.`,
    hasLog: true,
  },
];

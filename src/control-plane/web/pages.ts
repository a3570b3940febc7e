import type { AdminService } from '../admin/admin-service';
import type { Right } from '../identity/rights';
import { auditView } from './audit-page';
import { keysView } from './key-page';
import { runsView, stacksView } from './list-pages';
import { modulesView, moduleView } from './module-pages';
import { overview } from './overview-page';
import { POOL_TABS, poolView } from './pool-page';
import { runView } from './run-page';
import { stackView } from './stack-page';
import { stateView } from './state-page';
import type { View } from './view';
import type { Viewer } from './viewer';
import { vcsAgentPoolsView } from './vcs-agent-pages';
import { webhooksView, webhookView } from './webhook-pages';

export interface PageKind {
  /** As Hono has it, with the id of what it shows. */
  readonly path: string;
  readonly what: string;
  /** @default 'stack:read' */
  readonly right?: Right;
  /** @param query what the page is asked for: filters, and where a list goes on */
  readonly make: (admin: AdminService, id: string, viewer: Viewer, query: URLSearchParams) => Promise<View | null>;
  readonly missing: (id: string) => string;
  /** Whether a log follows, which is that of the run. */
  readonly hasLog?: boolean;
}

const noSuch = () => '';

export const PAGES: readonly PageKind[] = [
  { path: '/', what: 'page', make: (admin, _, viewer, query) => overview(admin, viewer, query), missing: noSuch },
  { path: '/runs', what: 'page', make: (admin, _, viewer, query) => runsView(admin, viewer, query), missing: noSuch },
  {
    path: '/stacks',
    what: 'page',
    make: (admin, _, viewer, query) => stacksView(admin, viewer, query),
    missing: noSuch,
  },
  {
    path: '/audit',
    what: 'page',
    right: 'audit:read',
    make: (admin, _, viewer, query) => auditView(admin, viewer, query),
    missing: noSuch,
  },
  {
    path: '/keys',
    what: 'page',
    right: 'key:read',
    make: (admin, _, viewer) => keysView(admin, viewer),
    missing: noSuch,
  },
  ...POOL_TABS.map((tab) => ({
    path: `/pools/:id${tab}`,
    what: 'pool',
    make: (admin: AdminService, id: string, viewer: Viewer, query: URLSearchParams) =>
      poolView(admin, id, { tab, query, viewer }),
    missing: (id: string) => `There is no pool ${id}; it may have been deleted.`,
  })),
  {
    path: '/stacks/:id',
    what: 'stack',
    make: stackView,
    missing: (id) => `There is no stack ${id}; it may have been deleted.`,
  },
  {
    path: '/stacks/:id/state',
    what: 'stack',
    make: stateView,
    missing: (id) => `There is no stack ${id}; it may have been deleted.`,
  },
  {
    path: '/modules',
    what: 'page',
    make: (admin, _, viewer, query) => modulesView(admin, viewer, query),
    missing: noSuch,
  },
  {
    path: '/modules/:id',
    what: 'module',
    make: moduleView,
    missing: (id) => `There is no module ${id}; it may have been deleted.`,
  },
  {
    path: '/webhooks',
    what: 'page',
    right: 'webhook:read',
    make: (admin, _, viewer) => webhooksView(admin, viewer),
    missing: noSuch,
  },
  {
    path: '/webhooks/:id',
    what: 'webhook',
    right: 'webhook:read',
    make: webhookView,
    missing: (id) => `There is no webhook ${id}; it may have been deleted.`,
  },
  {
    path: '/vcs-agent-pools',
    what: 'page',
    right: 'vcs-agent-pool:read',
    make: (admin, _, viewer) => vcsAgentPoolsView(admin, viewer),
    missing: noSuch,
  },
  {
    path: '/runs/:id',
    what: 'run',
    make: runView,
    missing: (id) => `There is no run ${id}.`,
    hasLog: true,
  },
];

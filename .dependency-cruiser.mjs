/**
 * What each room below src/ may import of ours, beside itself and `time`; docs/architecture.md shows it ("Rooms"). A room
 * stands below those that it may import, so that no arrow goes up; one within another has a line of its own. `x` is a room
 * with those within it, `x/*` what lies directly in it, `x/name` one file, `its rooms` those within it.
 */
export const ROOMS = {
  time: [],
  text: [],
  tracing: [],
  api: [],
  metrics: ['api'],
  charting: [],
  constructs: ['its rooms'],
  'constructs/shared': ['api', 'charting'],
  'constructs/worker-pool': ['api', 'charting', 'imports', 'constructs/shared'],
  'constructs/presets': ['api', 'constructs/shared', 'constructs/worker-pool'],
  'constructs/crds': ['api', 'charting', 'constructs/shared'],
  'constructs/monitoring': ['api', 'charting', 'constructs/shared'],
  'constructs/control-plane': ['api', 'charting', 'constructs/shared', 'constructs/monitoring'],
  'constructs/exporter': ['api', 'charting', 'constructs/shared'],
  'constructs/operator': [
    'api',
    'charting',
    'constructs/shared',
    'constructs/crds',
    'constructs/monitoring',
    'constructs/exporter',
  ],
  'index.ts': ['constructs'],
  'main.ts': ['constructs', 'examples'],
  protocol: ['api'],
  controller: ['api', 'protocol', 'tracing', 'its rooms'],
  'controller/runtime': ['api/meta', 'api/metrics', 'metrics'],
  'controller/run': ['api', 'protocol', 'controller/resources', 'controller/runtime'],
  'controller/worker-pool': ['api', 'protocol', 'controller/*', 'controller/runtime', 'controller/run', 'its rooms'],
  'controller/worker-pool/registration': [
    'api',
    'protocol',
    'controller/*',
    'controller/runtime',
    'controller/worker-pool/*',
  ],
  'controller/worker': ['api', 'protocol', 'tracing', 'controller/*', 'controller/runtime', 'controller/run'],
  'controller/disruption': ['api', 'controller/*', 'controller/runtime', 'controller/run'],
  launcher: ['api', 'protocol', 'text', 'tracing'],
  'launcher/init': ['api', 'protocol', 'tracing', 'launcher/*'],
  'launcher/relay': ['protocol', 'text', 'tracing', 'launcher/*'],
  'launcher/shim': [],
  'control-plane': ['api', 'protocol', 'tracing', 'its rooms'],
  'control-plane/vault': ['control-plane/errors', 'control-plane/key-files'],
  'control-plane/store': ['protocol', 'control-plane/errors', 'control-plane/vault'],
  'control-plane/blobs': ['control-plane/errors'],
  'control-plane/pki': ['protocol', 'control-plane/errors', 'control-plane/durable-file', 'control-plane/key-files'],
  'control-plane/admission': ['control-plane/*'],
  'control-plane/identity': ['protocol', 'control-plane/*', 'control-plane/pki', 'control-plane/store'],
  'control-plane/audit': [
    'control-plane/*',
    'control-plane/admission',
    'control-plane/identity',
    'control-plane/store',
  ],
  'control-plane/queue': [
    'protocol',
    'control-plane/audit',
    'control-plane/errors',
    'control-plane/limits',
    'control-plane/retention',
    'control-plane/store',
    'control-plane/tracing',
  ],
  'control-plane/state': [
    'protocol',
    'control-plane/*',
    'control-plane/blobs',
    'control-plane/queue',
    'control-plane/store',
    'control-plane/vault',
  ],
  'control-plane/webhooks': ['control-plane/*', 'control-plane/queue', 'control-plane/store'],
  'control-plane/admin': [
    'protocol',
    'control-plane/*',
    'control-plane/audit',
    'control-plane/blobs',
    'control-plane/identity',
    'control-plane/queue',
    'control-plane/state',
    'control-plane/store',
    'control-plane/webhooks',
  ],
  'control-plane/broker': [
    'protocol',
    'control-plane/*',
    'control-plane/admission',
    'control-plane/identity',
    'control-plane/queue',
  ],
  'control-plane/http': [
    'protocol',
    'control-plane/*',
    'control-plane/admin',
    'control-plane/admission',
    'control-plane/audit',
    'control-plane/blobs',
    'control-plane/identity',
    'control-plane/queue',
    'control-plane/state',
    'control-plane/store',
  ],
  'control-plane/graphql': [
    'control-plane/*',
    'control-plane/admin',
    'control-plane/admission',
    'control-plane/http',
    'control-plane/audit',
    'control-plane/identity',
    'control-plane/queue',
    'control-plane/store',
  ],
  'control-plane/observability': [
    'api',
    'protocol',
    'metrics',
    'tracing',
    'control-plane/*',
    'control-plane/blobs',
    'control-plane/broker',
    'control-plane/queue',
    'control-plane/store',
    'control-plane/webhooks',
  ],
  'control-plane/web': [
    'protocol',
    'text',
    'control-plane/*',
    'control-plane/admin',
    'control-plane/admission',
    'control-plane/audit',
    'control-plane/identity',
    'control-plane/queue',
    'control-plane/store',
  ],
  'local-cluster': [],
  cli: ['local-cluster', 'text', 'its rooms'],
  'cli/source': ['text', 'cli/*'],
  'cli/api': ['protocol', 'text', 'control-plane/names', 'control-plane/pki', 'cli/*', 'cli/source'],
  'cli/launcher': ['api', 'launcher', 'tracing'],
  'cli/settings': ['api', 'protocol', 'control-plane/*', 'cli/*'],
  'cli/demo': ['api', 'constructs', 'local-cluster', 'protocol', 'cli/*', 'cli/api', 'cli/source'],
  'cli/commands': [
    'api',
    'protocol',
    'controller/*',
    'control-plane/*',
    'control-plane/identity/rights',
    'cli/*',
    'cli/api',
    'cli/source',
    'cli/launcher',
    'cli/settings',
    'cli/demo',
  ],
  'cli/entry': ['cli/*', 'cli/commands'],
  'cli/generate': [
    'api',
    'charting',
    'constructs',
    'protocol',
    'control-plane/audit',
    'control-plane/graphql',
    'control-plane/identity',
    'local-cluster',
    'cli/*',
    'cli/api',
    'cli/commands',
    'cli/settings',
    'examples',
    'test',
  ],
  'cli/dev': [
    'api',
    'charting',
    'constructs',
    'controller/run',
    'local-cluster',
    'cli/*',
    'cli/api',
    'cli/demo',
    'cli/generate',
    'test',
  ],
};

/** Where a program, a package or a test begins: what none of them reaches is of no use. */
const BEGINNINGS = [
  '^src/index\\.ts$',
  '^src/main\\.ts$',
  '^src/api/index\\.ts$',
  '^src/cli/(main\\.ts|[^/]+\\.mjs)$',
  '^src/cli/entry/.+$',
  '^src/control-plane/database-thread\\.ts$',
  '^src/control-plane/web/browser/main\\.ts$',
  '^src/cli/generate/main\\.ts$',
  '^src/cli/dev/(test|bench|bench-synth|eks-addon|images|pictures|conformance/main)\\.ts$',
  '^test/.+\\.test\\.ts$',
  '^test/.+\\.(setup|teardown)\\.ts$',
  // Programs and threads that tests start, and an app that a test translates.
  '^test/.+/support/.+\\.worker\\.ts$',
  '^test/.+/support/(.+\\.program|.+-process|killed-(child|deliverer)|api-commands)\\.ts$',
  '^test/packaging/python/app\\.ts$',
  '^test/bench/.+/generator-program\\.ts$',
  // Types of packages that bring none.
  '\\.d\\.ts$',
];

const roomsWithin = (room) => Object.keys(ROOMS).filter((other) => other.startsWith(`${room}/`));

/** A room with those within it. */
const all = (room) => `^src/${room}(/|$)`;

/** A room without those within it. */
const only = (room) => `^(?!${roomsWithin(room).map(all).join('|') || '$'})src/${room}(/|$)`;

const pathsOf = (room) => (name) => {
  if (name === 'its rooms') return roomsWithin(room).map(all);
  if (['imports', 'examples', 'test'].includes(name)) return `^${name}/`;
  if (name.endsWith('/*')) return `^src/${name.slice(0, -1)}[^/]+$`;
  return name in ROOMS ? all(name) : `^src/${name}\\.ts$`;
};

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `src/${room} may import of ours only: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: only(room) },
  to: {
    path: '^(src|imports|examples|test)/',
    pathNot: [only(room), all('time'), ...allowed.flatMap(pathsOf(room))],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: 'every file below src/ is in a room',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(ROOMS).map(all) },
      to: {},
    },
    { name: 'no circle of imports', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'something reaches every file',
      severity: 'error',
      from: { path: BEGINNINGS },
      to: { path: '^(src|test)/', pathNot: BEGINNINGS, reachable: false },
    },
    {
      name: 'what the package exports needs only its peer dependencies',
      severity: 'error',
      from: { path: '^src/(index|api/index)\\.ts$' },
      to: { path: '^node_modules/', pathNot: '^node_modules/(cdk8s|cdk8s-plus-28|constructs)/', reachable: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};

import type { PlantedBug } from '../bug';

const SESSION = 'controller/worker-pool/session.ts';
const DECIDE = 'controller/worker-pool/decide.ts';
const VIEWS = 'protocol/client/views.ts';

/** In what the controller does about a pool and its session. */
export const POOL_BUGS: readonly PlantedBug[] = [
  {
    name: 'capacity-counted',
    does: 'counts the Workers that it has made, in place of those that there are',
    edits: [
      {
        file: 'controller/worker-pool/decide-scaling.ts',
        find: '  const active = workers.filter(isActive);',
        replace: '  const active = workers;',
      },
    ],
    breaks: ['4', 'liveness'],
  },
  {
    name: 'deleted-before-drained',
    does: 'deletes the Workers that are too many, and takes their finalizer off, without asking the control plane',
    edits: [
      {
        file: 'controller/worker-pool/decide-scaling.ts',
        find: 'remove: workers.filter((worker) => (worker.ofOtherPool ? isFree(worker) : worker.retired && !worker.deleting)),',
        replace: 'remove: [...victims, ...workers.filter((worker) => worker.retired && !worker.deleting)],',
      },
      {
        file: 'controller/worker/decide-removal.ts',
        find: '  if (pods.some(isLive)) return { actions: [], waitsFor };\n  if (snapshot.retired && !assignment)',
        replace: '  if (now > 0)',
      },
    ],
    breaks: ['8', '2'],
  },
  {
    name: 'workers-not-registered',
    does: 'does not make Workers known again that the control plane has forgotten',
    edits: [
      {
        file: DECIDE,
        find: "  if (plan.register.length > 0) actions.push({ type: 'registerWorkers', workers: plan.register });\n",
        replace: '',
      },
    ],
    breaks: ['liveness', '4'],
  },
  {
    name: 'pods-not-told',
    does: 'tells the control plane of no Pods in a sync',
    edits: [
      {
        file: 'controller/worker-pool/apply.ts',
        find: '  return ofRun.sort((a, b) => b.attempt - a.attempt)[0] ?? attempts[0] ?? null;',
        replace: '  return ofRun.length < 0 ? attempts[0]! : null;',
      },
    ],
    breaks: ['2', '9', '10'],
  },
  {
    name: 'idle-workers-not-told',
    does: 'lists only the busy Workers in a sync, so that the control plane retires the others',
    edits: [
      {
        file: 'controller/worker-pool/apply.ts',
        find: "    case 'sync':\n      return requireSession(memory).sync(observe(caches, memory));",
        replace:
          "    case 'sync':\n      return requireSession(memory).sync(observe(caches, memory).filter(({ pod }) => pod !== null));",
      },
    ],
    breaks: ['liveness', '4'],
  },
  {
    name: 'views-outlive-restore',
    does: 'goes by what it has seen before, although the control plane was restored from a backup',
    edits: [
      {
        file: SESSION,
        find: '      if (answer.revision < this.revision) this.views.clear();\n',
        replace: '',
      },
      { file: VIEWS, find: '    if (views.revision < this.cursor) this.newest.clear();\n', replace: '' },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'cursor-stays-ahead',
    does: 'keeps the cursor of its watch ahead of a control plane that was restored',
    edits: [
      {
        file: VIEWS,
        find: '    this.cursor = views.revision;',
        replace: '    this.cursor = Math.max(this.cursor, views.revision);',
      },
      { file: VIEWS, find: '    if (views.revision < this.cursor) this.newest.clear();\n', replace: '' },
      {
        file: SESSION,
        find: '      if (answer.revision < this.revision) this.views.clear();\n',
        replace: '',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'credentials-kept',
    does: 'reads the credentials of a pool once',
    edits: [
      {
        file: DECIDE,
        find: "  if (snapshot.now >= snapshot.credentialsDueAt) return [{ type: 'readCredentials' }];",
        replace:
          "  if (snapshot.credentials.state !== 'valid' && snapshot.now >= snapshot.credentialsDueAt) return [{ type: 'readCredentials' }];",
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'session-ends-for-good',
    does: 'gives up a session at its first failure',
    edits: [
      {
        file: 'protocol/client/session-base.ts',
        find: '        pauseMs = cause.retryAfterMs;\n        this.setStatus(failed(cause));',
        replace: '        pauseMs = cause.retryAfterMs;\n        this.setStatus(failed(cause));\n        return;',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'old-leader-heard',
    does: 'sends what a former leader has to say, and takes its sync',
    edits: [
      {
        file: 'protocol/client/session-base.ts',
        find: "    if (leadership && !leadership.held && operation !== 'watch') {",
        replace: "    if (leadership && !leadership.held && operation === 'watch') {",
      },
      {
        file: 'control-plane/queue/hear.ts',
        find: '  if (known && isFormer(known, term, reading)) {',
        replace: '  if (known && isFormer(known, term, reading) && reading < 0) {',
      },
    ],
    breaks: ['liveness', '2', '9'],
  },
  {
    name: 'pool-left-behind',
    does: 'lets a deleted pool go without having deleted its Workers',
    edits: [
      {
        file: 'controller/worker-pool/worker-objects.ts',
        find: '  deleted.add(uid);\n',
        replace: '',
      },
      {
        file: 'controller/worker-pool/worker-objects.ts',
        find: "  await deleteObject(client, WORKERS, { namespace, name, uid }, { propagationPolicy: 'Background', signal });\n",
        replace: '  await client.get(WORKERS, namespace, name, { signal });\n',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'conflict-is-gone',
    does: 'takes an object for deleted whose deletion met with a conflict',
    edits: [
      {
        file: 'controller/runtime/delete-object.ts',
        find: 'if (live?.metadata.uid === uid) throw error;',
        replace: 'void live;',
      },
    ],
    breaks: ['liveness'],
  },
];

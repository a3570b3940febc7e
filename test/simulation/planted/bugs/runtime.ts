import type { PlantedBug } from '../bug';

const QUEUE = 'controller/runtime/work-queue.ts';
const CACHE = 'controller/runtime/cache.ts';
const LOOP = 'controller/runtime/reflector-loop.ts';
const ELECTOR = 'controller/runtime/leader-elector.ts';

/** In the controller's runtime: queue, cache, watches, leader election. */
export const RUNTIME_BUGS: readonly PlantedBug[] = [
  {
    name: 'news-lost-at-work',
    does: 'forgets what is heard of an object while a pass is at work on it',
    edits: [
      {
        file: QUEUE,
        find: '      const news = this.again.delete(key);',
        replace: '      const news = this.again.delete(key) && false;',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'failed-pass-forgotten',
    does: 'does not repeat a pass that failed',
    edits: [
      {
        file: QUEUE,
        find: "'pass failed and will be repeated');\n    this.repeat(key, delayMs, startedAt);",
        replace: "'pass failed and will be repeated');",
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'wake-up-forgotten',
    does: 'looks at nothing again at the time at which a pass wanted to',
    edits: [
      {
        file: QUEUE,
        find: '      if (result?.requeueAfterMs !== undefined) this.repeat(key, result.requeueAfterMs, startedAt);',
        replace: '      if (result?.requeueAfterMs === 0) this.repeat(key, result.requeueAfterMs, startedAt);',
      },
    ],
    breaks: ['liveness', '4'],
  },
  {
    name: 'ghosts-in-cache',
    does: 'keeps objects in the cache that a new list shows no more',
    edits: [
      {
        file: CACHE,
        find: "      this.unset(key, item);\n      events.push({ type: 'deleted', object: item });",
        replace: '      if (forced) this.unset(key, item);',
      },
    ],
    breaks: ['liveness', '5'],
  },
  {
    name: 'new-list-forgotten',
    does: 'watches on from a version that the API server has forgotten, without a new list',
    edits: [
      {
        file: LOOP,
        find: '    if (expired || error instanceof WatchErrorEvent || this.failures % FAILURES_BEFORE_RELIST === 0)\n      this.mustList = true;\n',
        replace: '',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'silence-believed',
    does: 'takes a watch that brings nothing, not even a bookmark, for a quiet one',
    edits: [
      {
        file: 'controller/runtime/watchdog.ts',
        find: 'const due = Math.min(this.fedAt + this.options.silenceMs, this.options.until);',
        replace: 'const due = Infinity;',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'watch-skips-ahead',
    does: 'goes on behind the newest version after a watch has ended, not where the watch was',
    edits: [
      {
        file: LOOP,
        find: "resourceVersion: this.version ?? '',",
        replace: "resourceVersion: '',",
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'lease-stolen',
    does: 'takes the Lease of a leader that still renews it',
    edits: [
      {
        file: ELECTOR,
        find: '    return this.clock.monotonic() - this.observed.changedAt >= this.observed.durationMs;',
        replace: '    return this.observed.durationMs > 0;',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'lease-outlived',
    does: 'leads on when the Lease could not be renewed in time',
    edits: [
      {
        file: ELECTOR,
        find: '      if (now >= dueAt) return;',
        replace: '      if (now >= dueAt) dueAt = now + this.options.renewDeadlineMs;',
      },
      {
        file: ELECTOR,
        find: '      else if (this.leader !== this.identity) return;',
        replace: '',
      },
      {
        file: ELECTOR,
        find: '    return Math.max(this.clock.monotonic() - monotonic, this.clock.now() - wall) < this.options.renewDeadlineMs;',
        replace: '    return monotonic + wall > 0;',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'finalizer-taken-blindly',
    does: 'takes finalizers off an object as the cache has it, whatever became of the object',
    edits: [
      {
        file: 'controller/drop-finalizer.ts',
        find: '  const body = { metadata: { resourceVersion, finalizers: rest } };',
        replace: '  const body = { metadata: { finalizers: resourceVersion === undefined ? rest : [] } };',
      },
    ],
    breaks: ['liveness'],
    notModelled: 'others have finalizers of their own on Workers and pools',
  },
];

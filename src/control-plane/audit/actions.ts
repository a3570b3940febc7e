interface Described {
  /** Goes on after "to". */
  readonly what: string;
  /** The kind of what it is done to. */
  readonly object: ObjectKind;
}

/** What actions are done to, and what else they concern. */
export const OBJECT_KINDS = [
  'worker-pool',
  'worker',
  'stack',
  'module',
  'run',
  'api-key',
  'webhook',
  'vcs-agent-pool',
  'session',
  'api',
] as const;

export type ObjectKind = (typeof OBJECT_KINDS)[number];

/**
 * Everything that people and programs change, one name for each operation. The doors (a mutation, a route, a form) and the
 * operation behind them name it; docs/reference/audit-actions.md shows the table.
 */
export const ACTIONS = {
  'worker-pool.create': { what: 'create a worker pool', object: 'worker-pool' },
  'worker-pool.update': { what: 'change a worker pool', object: 'worker-pool' },
  'worker-pool.reset': { what: 'give a worker pool another token', object: 'worker-pool' },
  'worker-pool.unlock': { what: 'let people change a pool that a cluster manages', object: 'worker-pool' },
  'worker-pool.delete': { what: 'delete a worker pool', object: 'worker-pool' },
  'worker-pool.cycle': { what: 'replace all workers of a pool', object: 'worker-pool' },
  'worker.drain': { what: 'drain a worker, or undrain it', object: 'worker' },
  'stack.create': { what: 'create a stack', object: 'stack' },
  'stack.update': { what: 'change a stack', object: 'stack' },
  'stack.delete': { what: 'delete a stack', object: 'stack' },
  'stack.upload-source': { what: 'upload the source of a stack', object: 'stack' },
  'stack.depend': { what: 'let a stack depend on another', object: 'stack' },
  'stack.undepend': { what: 'let a stack depend on another no more', object: 'stack' },
  'stack.map-output': { what: 'let a stack take an output of one that it depends on', object: 'stack' },
  'stack.remap-output': { what: 'change what a stack takes of another', object: 'stack' },
  'stack.unmap-output': { what: 'let a stack take an output of another no more', object: 'stack' },
  'stack.set-drift-detection': { what: 'say when drift of a stack is looked for', object: 'stack' },
  'stack.delete-drift-detection': { what: 'look for drift of a stack no more', object: 'stack' },
  'stack.create-push-hook': { what: 'let the git host of a stack tell of pushes', object: 'stack' },
  'stack.update-push-hook': { what: 'change of which pushes a stack hears', object: 'stack' },
  'stack.rotate-push-hook': { what: 'give the git host of a stack another secret', object: 'stack' },
  'stack.delete-push-hook': { what: 'let a stack hear of pushes no more', object: 'stack' },
  'module.create': { what: 'create a module', object: 'module' },
  'module.update': { what: 'change a module', object: 'module' },
  'module.delete': { what: 'delete a module', object: 'module' },
  'module.upload-source': { what: 'upload the source of a module', object: 'module' },
  'module.create-version': { what: 'make a version of a module, and test it', object: 'module' },
  'module.yank-version': { what: 'offer a version of a module no more', object: 'module' },
  'state.push': { what: 'bring a state', object: 'stack' },
  'state.restore': { what: 'restore a version of a state', object: 'stack' },
  'state.unlock': { what: 'take the lock of a state', object: 'stack' },
  'run.trigger': { what: 'trigger a run, or run a task', object: 'run' },
  'run.retry': { what: 'retry a run', object: 'run' },
  'run.prioritize': { what: 'prioritize a run, or no longer', object: 'run' },
  'run.confirm': { what: 'confirm a run', object: 'run' },
  'run.discard': { what: 'discard a run', object: 'run' },
  'run.cancel': { what: 'cancel a run', object: 'run' },
  'run.stop': { what: 'stop a run, or say that its Pod is gone', object: 'run' },
  'api-key.create': { what: 'create an API key', object: 'api-key' },
  'api-key.update': { what: 'change an API key', object: 'api-key' },
  'api-key.delete': { what: 'delete an API key', object: 'api-key' },
  'webhook.create': { what: 'create a webhook', object: 'webhook' },
  'webhook.update': { what: 'change a webhook', object: 'webhook' },
  'webhook.delete': { what: 'delete a webhook', object: 'webhook' },
  'webhook.test': { what: 'try a webhook', object: 'webhook' },
  'webhook.redeliver': { what: 'deliver to a webhook once more', object: 'webhook' },
  'vcs-agent-pool.create': { what: 'create a VCS agent pool', object: 'vcs-agent-pool' },
  'vcs-agent-pool.update': { what: 'change a VCS agent pool', object: 'vcs-agent-pool' },
  'vcs-agent-pool.delete': { what: 'delete a VCS agent pool', object: 'vcs-agent-pool' },
  'session.create': { what: 'log in', object: 'session' },
  'session.delete': { what: 'log out', object: 'session' },
  'session.delete-all': { what: 'log out everywhere', object: 'session' },
  'api.read': { what: 'read something; only where that was refused', object: 'api' },
} as const satisfies Readonly<Record<string, Described>>;

export type Action = keyof typeof ACTIONS;

import type { PlanChanges } from '../../src/protocol/messages';

/** What a plan changes that creates a resource and replaces another. */
export function planChanges(more: Partial<PlanChanges> = {}): PlanChanges {
  const counts = { create: 1, update: 0, delete: 0, replace: 1, forget: 0, import: 0, move: 0 };
  return {
    counts: { ...counts, resources: 2, drift: 0, outputs: 1 },
    changes: [
      { address: 'aws_vpc.main', action: 'create' },
      { address: 'aws_db.old', action: 'replace', reason: 'replace_because_cannot_update', replacedFor: ['engine'] },
    ],
    drift: [],
    outputs: [{ name: 'address', action: 'update' }],
    isCut: false,
    ...more,
  };
}

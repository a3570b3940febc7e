import { z } from 'zod';
import { Fence, list } from './primitives';

/** What a list of changes may have, beyond which it is cut; the counts are those of the whole plan all the same. */
export const MOST_CHANGES = { changes: 5_000, drift: 1_000, outputs: 1_000, bytes: 256 * 1024 };

/** Characters of an address or a name; a longer one is cut. */
export const LONGEST_ADDRESS = 1_000;

/** What happens to a resource; `import` and `move` where nothing else does. */
export const PlanAction = z.enum(['create', 'update', 'delete', 'replace', 'forget', 'import', 'move']);

const Address = z.string().max(LONGEST_ADDRESS);
const Count = z.number().int().nonnegative();

export const PlannedChange = z.object({
  address: Address,
  action: PlanAction,
  /** Where it was before, if it moves. */
  previousAddress: Address.optional(),
  /** An object that was replaced before, and could not be deleted then. */
  deposed: z.boolean().optional(),
  /** Whether it is imported first. */
  imported: z.boolean().optional(),
  /** Why, in a word of the tool: `replace_because_tainted`. */
  reason: z
    .string()
    .regex(/^[a-z_]{1,64}$/)
    .optional(),
  /** Names of the attributes that cannot be changed without replacing it. */
  replacedFor: z.array(Address).max(32).optional(),
});

/**
 * What a plan changes: numbers, addresses and names. Never a value of an attribute, an output or a variable, sensitive or
 * not; the keys of `for_each`, which the tool lets nobody take from what is sensitive, are a part of addresses.
 */
export const PlanChanges = z.object({
  /** Of the whole plan; what is imported or moved may be changed, too, and counts for both. */
  counts: z.object({
    create: Count,
    update: Count,
    delete: Count,
    replace: Count,
    forget: Count,
    import: Count,
    move: Count,
    /** Objects that the stack manages once the plan is applied. */
    resources: Count,
    drift: Count,
    outputs: Count,
  }),
  changes: list(PlannedChange, MOST_CHANGES.changes),
  /** What was changed outside of the stack since its last run. */
  drift: list(z.object({ address: Address, action: PlanAction }), MOST_CHANGES.drift),
  outputs: list(z.object({ name: Address, action: PlanAction }), MOST_CHANGES.outputs),
  /** Whether there is more than the lists show. */
  isCut: z.boolean(),
});

export const ChangesRequest = z.object({ fence: Fence, changes: PlanChanges });
export const ChangesResponse = z.object({});

export type PlanAction = z.infer<typeof PlanAction>;
export type PlannedChange = z.infer<typeof PlannedChange>;
export type PlanChanges = z.infer<typeof PlanChanges>;
export type ChangesRequest = z.infer<typeof ChangesRequest>;

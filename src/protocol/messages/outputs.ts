import { z } from 'zod';
import { Fence, list } from './primitives';

/** What is taken of the outputs of a stack; the rest is left out, and `isCut` or `withheld` says so. */
export const MOST_OUTPUTS = { outputs: 500, bytes: 512 * 1024 };

/** Bytes of the value of an output, as JSON: it is to fit into a variable of an environment. */
export const LONGEST_OUTPUT = 64 * 1024;

/** As OpenTofu and Terraform allow them. */
export const OutputName = z.string().regex(/^[\p{L}_][\p{L}\p{N}_-]{0,199}$/u);

/**
 * Why the value of an output stays in the Pod. `sensitive`: the pool does not let those out
 * (`SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED`). `too-large`: it is longer than LONGEST_OUTPUT, or there was no room for it.
 */
export const Withheld = z.enum(['sensitive', 'too-large']);

export const Output = z.object({
  name: OutputName,
  /** Whether the source says so, or it holds a value that the pool wants masked. */
  sensitive: z.boolean(),
  /** JSON without blanks; null where it stays in the Pod. */
  value: z.string().max(LONGEST_OUTPUT).nullable(),
  /** Why that is null. */
  withheld: Withheld.optional(),
});

/** The outputs of a stack as its state has them. */
export const Outputs = z.object({
  outputs: list(Output, MOST_OUTPUTS.outputs),
  /** Whether there are more than the list has. */
  isCut: z.boolean(),
});

export const OutputsRequest = z.object({ fence: Fence, ...Outputs.shape });
export const OutputsResponse = z.object({});

export type Withheld = z.infer<typeof Withheld>;
export type Output = z.infer<typeof Output>;
export type Outputs = z.infer<typeof Outputs>;
export type OutputsRequest = z.infer<typeof OutputsRequest>;

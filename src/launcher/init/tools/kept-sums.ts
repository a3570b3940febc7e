import { z } from 'zod';
import { parseJson } from '../../../protocol/json';

/** A list of checksums as the publisher made it, with the signature of it. */
export interface SignedSums {
  readonly sums: Buffer;
  readonly signature: Buffer;
}

const Kept = z.object({ sums: z.base64(), signature: z.base64() });

/** Both in one file, so that they are always of each other. */
export const KeptSums = {
  read(text: string): SignedSums | undefined {
    const kept = Kept.safeParse(parseJson(text));
    if (!kept.success) return undefined;
    return { sums: Buffer.from(kept.data.sums, 'base64'), signature: Buffer.from(kept.data.signature, 'base64') };
  },
  write: ({ sums, signature }: SignedSums): string =>
    JSON.stringify({ sums: sums.toString('base64'), signature: signature.toString('base64') }),
};

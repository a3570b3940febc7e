import type { Mask } from './mask';

/** Longest piece of output in one log entry, in bytes. */
export const PIECE = 32 * 1024;

export const LINE_FEED = 0x0a;

/**
 * How many of the bytes make the next log entry: as many whole lines as fit into PIECE, or a piece of a longer line.
 *
 * @param final whether nothing can follow these bytes; otherwise an unfinished line waits for its end.
 * @returns 0 when there is nothing to send yet.
 */
export function cutPiece(bytes: Buffer, final: boolean, mask: Mask): number {
  const lines = bytes.lastIndexOf(LINE_FEED, PIECE - 1) + 1;
  if (lines > 0) return lines;
  if (final && bytes.length <= PIECE) return bytes.length;
  // A value that straddles the cut must be seen whole, so as much as it can reach beyond is looked at.
  if (!final && bytes.length < PIECE + mask.reach) return 0;
  return mask.safeCut(bytes, characterStart(bytes, PIECE));
}

/** Steps back from the middle of a UTF-8 character to its beginning. */
function characterStart(bytes: Buffer, cut: number): number {
  let start = cut;
  while (start > cut - 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return ((bytes[start] ?? 0) & 0xc0) === 0x80 ? cut : start;
}

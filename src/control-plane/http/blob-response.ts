import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** A stored blob as it is. */
export function blobResponse(c: Context, blob: { readonly size: number; readonly stream: Readable }): Response {
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(blob.size) };
  return c.body(Readable.toWeb(blob.stream) as ReadableStream, 200, headers);
}

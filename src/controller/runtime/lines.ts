import { KubeError, REASON } from './errors';

const NEWLINE = 0x0a;
/** Well above etcd's limit for one object (1.5 MiB), and well below what would hurt. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Splits a byte stream into lines. Unfinished lines are kept as the chunks they came in and joined once, so a large
 * object costs no more than its size. What follows the last newline is thrown as malformed, never passed on.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      if (pendingBytes > MAX_LINE_BYTES) throw malformed(`a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (pendingBytes > 0) throw malformed(`the stream ended within a line, after ${pendingBytes} bytes of it`);
}

function malformed(what: string): KubeError {
  return new KubeError({ status: 0, reason: REASON.malformed, message: `Malformed watch stream: ${what}.` });
}

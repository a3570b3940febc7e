import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { seal } from '../../protocol/sealing';
import { sleep } from '../../time';
import { pack } from '../archive';
import { CallError, type LauncherClient } from '../client';
import { retrying } from '../retry';
import type { RetryOptions } from '../retry';
import type { Collector } from './collector';
import type { RelayContext } from './context';

/** The processes of the container end a moment after its first one; nothing may change the workspace while it is packed. */
const SETTLE_MS = 500;

/** Uploads the sealed workspace; returns a sentence when the control plane does not take it. */
export async function keepWorkspace(
  context: RelayContext,
  collector: Collector,
  given: RetryOptions,
): Promise<string | undefined> {
  const { clock, paths, access, run, identity, grown, fail } = context;
  const { runId, stack, stage } = run;
  const trouble: RetryOptions = {
    ...given,
    onTrouble: (error) => {
      given.onTrouble?.(error);
      if (error.kind !== 'no-space') return;
      // The run waits for an operator then, and whoever waits for the run wants to know.
      collector.say('no-space', `The workspace waits to be stored: ${error.message}.`).then(() => grown.ring(), fail);
    },
  };
  await sleep(clock, SETTLE_MS, trouble.signal);
  let unreadable: Error | undefined;
  const sealed = (): Readable => {
    const packed = pack(paths.workspace);
    // An error of the file system has a path; one of the connection, which ends this stream too, has none.
    packed.on('error', (error) => {
      if ('path' in error) unreadable ??= error;
    });
    const origin = { runId, stack, stage, attempt: identity.attempt };
    return pipeline(packed, seal(access.credentials.privateKey, origin), () => undefined);
  };
  const isLost = (error: CallError): boolean => error.kind === 'upload-lost' || trouble.alsoRetry?.(error) === true;
  try {
    await retrying(
      async () => {
        // The next stage opens it with the key that the pool has then.
        await access.readAgain();
        try {
          await upload(context, sealed(), trouble);
        } catch (error) {
          throw unreadable ?? error;
        }
      },
      { ...trouble, alsoRetry: isLost },
    );
    return undefined;
  } catch (error) {
    const tooLarge = error instanceof CallError && error.kind === 'too-large';
    if (error !== unreadable && !tooLarge) throw error;
    return `The workspace cannot be kept for the next stage: ${(error as Error).message}`;
  }
}

async function upload({ client, run }: RelayContext, sealed: Readable, trouble: RetryOptions): Promise<void> {
  const { workspacePartBytes: partBytes } = run;
  if (partBytes === undefined) await client.uploadWorkspace(sealed, trouble.signal);
  else await uploadInParts(client, sealed, partBytes, trouble);
}

/**
 * In parts, so that what breaks off goes on where it was: each part is kept, in memory, until it is stored. To keep the
 * whole would take as much room again as the workspace; to seal it again from its beginning would use a key twice.
 */
export async function uploadInParts(
  client: Pick<LauncherClient, 'beginUpload' | 'uploadPart' | 'endUpload'>,
  content: Readable,
  partBytes: number,
  trouble: RetryOptions,
): Promise<void> {
  const { signal } = trouble;
  try {
    const name = await retrying(() => client.beginUpload(signal), trouble);
    const hash = createHash('sha256');
    let size = 0;
    const parts = inParts(content, partBytes);
    let next = ahead(parts);
    for (let part = await next; part.done !== true; part = await next) {
      // The next one is packed and sealed meanwhile.
      next = ahead(parts);
      const [bytes, offset] = [part.value, size];
      await retrying(() => client.uploadPart(name, offset, bytes, signal), trouble);
      hash.update(bytes);
      size += bytes.length;
    }
    const uploaded = { upload: name, size, sha256: hash.digest('hex') };
    await retrying(() => client.endUpload(uploaded, signal), trouble);
  } finally {
    content.destroy();
  }
}

/** The next of an iteration, whose failure is told to whoever waits for it, and to nobody else. */
function ahead<T>(items: AsyncIterator<T, void>): Promise<IteratorResult<T, void>> {
  const next = items.next();
  next.catch(() => undefined);
  return next;
}

async function* inParts(content: Readable, bytes: number): AsyncGenerator<Buffer, void> {
  let held: Buffer[] = [];
  let room = bytes;
  for await (let chunk of content as AsyncIterable<Buffer>) {
    while (chunk.length >= room) {
      yield Buffer.concat([...held, chunk.subarray(0, room)]);
      chunk = chunk.subarray(room);
      held = [];
      room = bytes;
    }
    if (chunk.length > 0) held.push(chunk);
    room -= chunk.length;
  }
  if (held.length > 0) yield Buffer.concat(held);
}

import type { Readable } from 'node:stream';
import type { Action } from '../audit/actions';
import { audited, auditedTransaction, differences, type Audited } from '../audit/audited';
import type { Blobs } from '../blobs';
import { malformed, RequestError } from '../errors';
import type { PersonContext } from '../queue/context';
import type { Transaction } from '../store';
import type { StackRecord } from '../store/records';
import { tellOf } from './stack-changes';

interface Upload {
  readonly stack: StackRecord;
  readonly action: Action;
  readonly archive: Readable;
}

/** Stores a source, in place of the one before. @returns its blob */
export async function uploadSource(
  context: PersonContext,
  blobs: Blobs,
  { stack, action, archive }: Upload,
): Promise<string> {
  requireUploads(stack);
  const source = await blobs.store.write('sources', stack.id, archive);
  const replace = async (tx: Transaction): Promise<Audited<string | null>> => {
    const now = await tx.stacks.lock(stack.id);
    if (!now) throw new RequestError('not-found', `${stack.kind} ${stack.name} not found`);
    requireUploads(now);
    const { source: before } = now;
    await tx.stacks.setSource(stack.id, source);
    await tellOf(tx, stack);
    return audited(before, { object: stack, changes: differences({ source: before }, { source }, ['source']) });
  };
  // Of a stack that was deleted meanwhile it is the new one that nobody needs.
  let unneeded: string | null = source;
  try {
    unneeded = await auditedTransaction(context, action, replace);
  } finally {
    await blobs.unused.release('sources', unneeded);
  }
  return source;
}

/** @throws RequestError `malformed` of one whose source is fetched from elsewhere */
function requireUploads({ kind, name, repository }: StackRecord): void {
  if (repository === null) return;
  throw malformed(
    'source',
    `the source of ${kind} ${name} is the git repository ${repository.url}: take that away first to upload one (\`worker-pools ${kind} update ${name} --no-repository\`)`,
  );
}

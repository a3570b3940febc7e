import { z } from 'zod';
import { isWholeHash } from '../../../protocol/git-rules';
import { Name, names, nothing, pushOf, requestOf, Text, type Nothing, type Push, type Told } from './event';

/* Events of Bitbucket Cloud, and of Bitbucket Data Center, which are others. Neither tells which files were changed. */

const CloudRepository = z.object({ full_name: Name, uuid: Name });
const ServerRepository = z.object({ id: z.number(), slug: z.string(), project: z.object({ key: z.string() }) });
const AnyEvent = z.object({
  repository: z.object({ full_name: Name, slug: Name, project: z.object({ key: Name }).nullish() }).nullish(),
});
const CloudPush = z.object({
  push: z.object({
    changes: z.array(
      z.object({
        // Null where it was deleted.
        new: z
          .object({ type: z.string(), name: z.string(), target: z.object({ hash: z.string(), message: Text }) })
          .nullish(),
        old: z.object({ type: z.string(), name: z.string() }).nullish(),
      }),
    ),
  }),
});
const CloudEnd = z.object({
  branch: z.object({ name: z.string() }),
  commit: z.object({ hash: z.string() }).nullish(),
  repository: CloudRepository.nullish(),
});
const CloudRequest = z.object({
  pullrequest: z.object({ id: z.number(), title: Text, source: CloudEnd, destination: CloudEnd }),
});
const ServerPush = z.object({
  changes: z.array(z.object({ ref: z.object({ id: z.string() }), toHash: z.string() })),
});
const ServerEnd = z.object({
  displayId: z.string(),
  latestCommit: z.string(),
  repository: ServerRepository,
});
const ServerRequest = z.object({ pullRequest: z.object({ title: Text, fromRef: ServerEnd, toRef: ServerEnd }) });

/** @throws z.ZodError for what is no such event */
export function readBucketEvent(event: string, body: unknown, tracked: string): Told {
  switch (event) {
    case 'repo:push':
      return { repositories: repositoriesOf(body), of: cloudPushed(CloudPush.parse(body), tracked) };
    case 'pullrequest:created':
    case 'pullrequest:updated':
      return { repositories: repositoriesOf(body), of: cloudRequested(CloudRequest.parse(body)) };
    case 'repo:refs_changed':
      return { repositories: repositoriesOf(body), of: serverPushed(ServerPush.parse(body), tracked) };
    case 'pr:opened':
    case 'pr:from_ref_updated':
      return serverRequested(ServerRequest.parse(body));
    default: {
      const of = nothing(`no run follows the event ${JSON.stringify(event.slice(0, 40))}`);
      return { repositories: repositoriesOf(body), of };
    }
  }
}

function repositoriesOf(body: unknown): string[] {
  const { repository } = AnyEvent.parse(body);
  const { full_name: name, slug, project } = repository ?? {};
  return names(name, slug && project?.key && serverName(project.key, slug));
}

/** As the address of a repository has it, by https and by ssh. */
const serverName = (project: string, slug: string): string => `${project}/${slug}`;

/** One push may tell of many branches. @param all what each of them came to */
function oneOf(all: readonly (Push | Nothing)[], tracked: string): Push | Nothing {
  const mine = all.find((one) => one.kind === 'push' && one.branch === tracked);
  return mine ?? all[0] ?? nothing('it is a push of nothing');
}

function cloudPushed({ push: { changes } }: z.infer<typeof CloudPush>, tracked: string) {
  const all = changes.map(({ new: made, old }) => {
    const { type = '', name = '' } = made ?? old ?? {};
    const ref = `refs/${type === 'branch' ? 'heads' : type}/${name}`;
    return pushOf(ref, made?.target.hash ?? '0', { message: made?.target.message ?? '', paths: undefined });
  });
  return oneOf(all, tracked);
}

function cloudRequested({ pullrequest: { id, title, source, destination } }: z.infer<typeof CloudRequest>) {
  const hash = source.commit?.hash ?? '';
  const isFork = source.repository?.full_name !== destination.repository?.full_name;
  return requestOf({
    ...{ branch: destination.branch.name, head: source.branch.name, title, isFork },
    // Twelve digits of it are told, by which nobody can fetch it.
    hash: isWholeHash(hash) ? hash : undefined,
    isFetchable: !isFork,
    // It is told of when its title is changed, too.
    once: `${id} ${hash}`,
  });
}

function serverPushed({ changes }: z.infer<typeof ServerPush>, tracked: string) {
  const all = changes.map(({ ref, toHash }) => pushOf(ref.id, toHash, { message: '', paths: undefined }));
  return oneOf(all, tracked);
}

function serverRequested({ pullRequest: { title, fromRef, toRef } }: z.infer<typeof ServerRequest>): Told {
  const isFork = fromRef.repository.id !== toRef.repository.id;
  const { project, slug } = toRef.repository;
  return {
    repositories: [serverName(project.key, slug)],
    of: requestOf({
      ...{ branch: toRef.displayId, head: fromRef.displayId, hash: fromRef.latestCommit, title, isFork },
      isFetchable: !isFork,
    }),
  };
}

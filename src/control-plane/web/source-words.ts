import { html } from 'hono/html';
import { commitOf } from '../queue/git-source';
import type { RunRecord, StackRecord } from '../store/records';
import type { Html } from './html';
import { moment } from './words';

/** Where the source of a stack or a module is. */
export function sourceOf({ kind, name, source, repository }: StackRecord): Html | string {
  if (repository === null) {
    const command = kind === 'module' ? 'module version create' : 'stack push';
    return source === null ? html`none: <code>worker-pools ${command} ${name} --source DIR</code>` : 'uploaded';
  }
  const { url, branch, submodules, lfs, sparse } = repository;
  const options = [submodules && 'with submodules', lfs && 'with Git LFS', sparse && 'the folder of the project alone'];
  const said = options.filter((option) => option !== false).map((option) => `, ${option}`);
  return html`branch <code>${branch}</code> of <code>${url}</code>${said}`;
}

/** What a run is of, as far as that is known. */
export function commitFacts(run: RunRecord): readonly (readonly [string, Html | string])[] {
  const { hash, message, author, createdAt, branch } = commitOf(run, null);
  if (hash === null) return branch === null ? [] : [['Branch', html`<code>${branch}</code>`]];
  const [subject = ''] = (message ?? '').split('\n', 1);
  const by = author === null || createdAt === null ? '' : html` by ${author}, ${moment(createdAt)}`;
  return [
    ['Commit', html`<code>${hash}</code> ${subject}${by}`],
    ...(branch === null ? [] : [['Branch', html`<code>${branch}</code>`] as const]),
  ];
}

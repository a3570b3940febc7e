import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../run-program';
import { visibleName } from '../../text/visible';
import { IGNORE_FILE } from './ignore';
import { isWithin, type Link } from './links';
import type { Survey } from './survey';

/** So many names are told as examples. */
const TOLD = 5;

/** @throws UserError for a folder that no run could use as it would arrive */
export function refuseUnusable(survey: Survey, folder: string, projectRoot: string): void {
  const { files, leftOut, unspeakable, links } = survey;
  if (unspeakable.length > 0) {
    throw new UserError(
      `--source: names that are not UTF-8 would not arrive: ${some(unspeakable)}; rename them, or leave them out by ${IGNORE_FILE}`,
    );
  }
  if (files === 0) {
    const why = leftOut.byFile.length > 0 ? `${IGNORE_FILE} leaves out all that is in it` : 'it is empty';
    throw new UserError(`--source: there is nothing to send in ${folder}: ${why}`);
  }
  const out = ofKind(links, 'leads-out');
  if (out.length > 0) {
    throw new UserError(
      `--source: what these links lead to is not in ${folder} and would be missing in the run: ${some(out)}; push the folder above and use --project-root`,
    );
  }
  if (projectFolder(survey, projectRoot) === undefined) {
    throw new UserError(`--project-root: what is sent of ${folder} has no folder "${projectRoot}"`);
  }
}

/** What went up, in sentences. */
export function packedSentences({ files, bytes, leftOut }: Survey): string[] {
  const { byDefault, byFile, special } = leftOut;
  return [
    `Packed ${count(files, 'file')}, ${size(bytes)}.`,
    ...(byDefault.length > 0 ? [`Always left out: ${some(byDefault)}.`] : []),
    ...(byFile.length > 0 ? [`Left out by ${IGNORE_FILE}: ${some(byFile)}.`] : []),
    ...(special.length > 0 ? [`Left out, as they are no files: ${some(special)}.`] : []),
  ];
}

/** What a person should know before a run shows it. */
export function warnings(survey: Survey, projectRoot: string, isStateKept: boolean): string[] {
  const { links, entries, halfRules } = survey;
  const environmentFiles = entries.filter((path) => /(^|\/)\.env(\.[^/]*)?$/.test(path));
  const [absolute, broken, circular] = (['absolute', 'broken', 'circular'] as const).map((kind) => ofKind(links, kind));
  const found: [readonly string[], string][] = [
    [environmentFiles, `went along, and may hold secrets: ${IGNORE_FILE} can leave them out`],
    [absolute ?? [], 'are links to absolute paths, which mean other files in the run'],
    [broken ?? [], 'are links to nothing'],
    [circular ?? [], 'are links that go in a circle'],
    [
      halfRules.map(({ rule, folder }) => `"${rule}" for ${folder}`),
      `are rules of ${IGNORE_FILE} that leave out no file in the folder: end them with a slash`,
    ],
  ];
  const sentences = found.filter(([names]) => names.length > 0).map(([names, what]) => `${some(names)} ${what}.`);
  return isStateKept || keepsState(survey, projectRoot) ? sentences : [...sentences, NO_BACKEND];
}

const NO_BACKEND =
  'No backend is configured, and the control plane does not keep the state of this stack: a run keeps its state for itself, and the next one creates everything again. Let it be kept (stack update --managed-state), or add a backend block.';

/** Whether a file of the project says where its state is kept; other tools may still generate one in the run. */
function keepsState(survey: Survey, projectRoot: string): boolean {
  const folder = projectFolder(survey, projectRoot);
  if (folder === undefined) return true;
  return readdirSync(folder)
    .filter((name) => /\.(tf|tofu)(\.json)?$/.test(name) && lstatSync(join(folder, name)).isFile())
    .some((name) =>
      /^\s*(backend\s+"|cloud\s*\{)|"(backend|cloud)"\s*:/m.test(readFileSync(join(folder, name), 'utf8')),
    );
}

/** The project's folder, through links inside of the source; undefined when nothing of it goes along. */
function projectFolder({ root, entries }: Survey, projectRoot: string): string | undefined {
  let folder: string;
  try {
    folder = realpathSync(join(root, projectRoot));
  } catch {
    return undefined;
  }
  if (!isWithin(root, folder) || !lstatSync(folder).isDirectory()) return undefined;
  return entries.some((path) => isWithin(folder, join(root, path))) ? folder : undefined;
}

function ofKind(links: readonly Link[], kind: Link['kind']): string[] {
  return links.filter((link) => link.kind === kind).map(({ path, target }) => `${path} -> ${target}`);
}

/** A few of the names, each harmless and in one line, and how many there are beside. */
function some(names: readonly string[]): string {
  const told = names.slice(0, TOLD).map(visibleName).join(', ');
  return names.length > TOLD ? `${told} and ${names.length - TOLD} more` : told;
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const unit = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return unit === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** unit).toFixed(1)} ${units[unit]}`;
}

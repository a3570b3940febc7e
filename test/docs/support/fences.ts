import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a Markdown page. */
export interface Fence {
  readonly file: string;
  /** Of its first line of code. */
  readonly line: number;
  /** First word of the info string: `ts`, `yaml`, `sh`, ...; empty for a picture or an output. */
  readonly language: string;
  /**
   * The further words of the info string, which readers of the page do not see:
   *
   * - `ts`: `continues` (what stood in `ts` before it on the page comes first), `fails` (the next `text` is its error)
   * - `yaml`: `values` (of the Helm chart), `fails` (Helm refuses them; the next `text` is the error), `output` (of the
   *   `ts` before it)
   * - `yaml` with `values`: `chart=FOLDER` (of another chart than the operator's)
   * - any: `file=NAME` (what later commands of the page find under that name), `no-test="reason"`
   */
  readonly flags: ReadonlySet<string>;
  readonly options: Readonly<Record<string, string>>;
  readonly code: string;
}

const NOT_OURS = new Set(['node_modules', 'lib', 'dist', 'synth', 'coverage']);

/** Every page of the repository, sorted. */
export function markdownFiles(folder = '.'): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return markdownFiles(path);
      return entry.name.endsWith('.md') ? [path] : [];
    })
    .sort();
}

export function fencesOf(file: string, text = readFileSync(file, 'utf8')): Fence[] {
  const fences: Fence[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const opening = /^( *)(`{3,})\s*([^`]*)$/.exec(lines[index] ?? '');
    if (opening === null) continue;
    const [, indent = '', ticks = '', info = ''] = opening;
    const end = lines.findIndex((line, at) => at > index && line.trim() === ticks);
    if (end === -1) throw new Error(`${file}:${index + 1}: this fence is not closed`);
    const body = lines
      .slice(index + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    fences.push({ file, line: index + 2, code: `${body.join('\n')}\n`, ...infoOf(info) });
    index = end;
  }
  return fences;
}

export const allFences = (): Fence[] => markdownFiles().flatMap((file) => fencesOf(file));

/** `README.md:12`, as a test's name and for editors that make a link of it. */
export const placeOf = ({ file, line }: Fence): string => `${file}:${line}`;

/** The `text` block right after a block that `fails`: the sentence that its reader is told to expect. */
export function sentenceAfter(fence: Fence, all: readonly Fence[]): string {
  const next = all[all.indexOf(fence) + 1];
  if (next?.file !== fence.file || next.language !== 'text') {
    throw new Error(`${placeOf(fence)} fails, so a \`text\` block with its error has to follow`);
  }
  return squeezed(next.code);
}

/** One line, because pages wrap what programs print in one. */
export const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function infoOf(info: string): Pick<Fence, 'language' | 'flags' | 'options'> {
  const [language = '', ...words] = info.match(/[\w-]+="[^"]*"|\S+/g) ?? [];
  const options = words.flatMap((word) => {
    const [, key, quoted, bare] = /^([\w-]+)=(?:"([^"]*)"|(\S*))$/.exec(word) ?? [];
    return key === undefined ? [] : [[key, quoted ?? bare ?? ''] as const];
  });
  return {
    language: language === 'shell' ? 'sh' : language,
    flags: new Set(words.filter((word) => !word.includes('='))),
    options: Object.fromEntries(options),
  };
}

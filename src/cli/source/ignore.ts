import { RE2JS, RE2JSException } from 're2js';
import { UserError } from '../run-program';

/** The file in the pushed folder that says what stays behind, with Terraform's meaning. */
export const IGNORE_FILE = '.terraformignore';

/** What never goes along unless a rule of the file takes it back. */
const DEFAULTS = ['.terraform/', '!.terraform/modules/', '.git/'];

interface Rule {
  readonly negated: boolean;
  /** Of an engine whose time grows with the path alone, as Terraform's: rules come with sources of others. */
  readonly pattern: RE2JS;
  /** As it stands in the file; undefined for a default. */
  readonly text: string | undefined;
}

export interface Verdict {
  readonly isLeftOut: boolean;
  /** Whether the file says so, and not a default. */
  readonly byFile: boolean;
  /** The rule that decided, as it stands in the file. */
  readonly rule: string | undefined;
  /** Whether no later rule takes anything back, so that a folder need not be looked into. */
  readonly isFinal: boolean;
}

/**
 * Rules as Terraform reads them (hashicorp/go-slug), which is not as Git does: the last rule that fits decides for each
 * file by itself, so that `!` takes back what lies in a folder that is left out; only `name/` means all in a folder.
 */
export class IgnoreRules {
  private readonly rules: readonly Rule[];

  /** @param text the content of the file; '' when there is none @throws UserError for a rule that is no pattern */
  constructor(text = '') {
    const lines = text.split('\n').map((line) => line.trim());
    const own = lines.filter((line) => line !== '' && line !== '!' && !line.startsWith('#'));
    this.rules = [...DEFAULTS.map((line) => rule(line)), ...own.map((line) => rule(line, line))];
  }

  /** @param path from the folder, with `/` between names, and one at the end to ask about all in a folder */
  judge(path: string): Verdict {
    const at = this.rules.findLastIndex(({ pattern }) => pattern.matches(path));
    const found = this.rules[at];
    const isLeftOut = found !== undefined && !found.negated;
    const isFinal = isLeftOut && !this.rules.slice(at + 1).some(({ negated }) => negated);
    return { isLeftOut, byFile: isLeftOut && found.text !== undefined, rule: found?.text, isFinal };
  }
}

function rule(line: string, text?: string): Rule {
  const negated = line.startsWith('!');
  let glob = negated ? line.slice(1) : line;
  if (glob.endsWith('/')) glob += '**';
  glob = glob.startsWith('/') ? glob.slice(1) : `**/${glob}`;
  return { negated, text, pattern: patternOf(expression(glob), line) };
}

function patternOf(text: string, line: string): RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new UserError(
      `${IGNORE_FILE}: "${line}" is no pattern: in a class such as [a-z] the first character comes before the last, and rules are not without end`,
    );
  }
}

/** The parts of a glob: `**` with the slash behind it, one wildcard, a class of characters, an escaped or any character. */
const PARTS = /\*\*\/?|\*|\?|\[!?[^\]/]+\]|\\?./gsu;

function expression(glob: string): string {
  return glob.replace(PARTS, (part, at: number) => {
    if (part.startsWith('**')) return at + part.length === glob.length ? '.*' : '(.*/)?';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 2 && part.startsWith('[')) return classOf(part);
    return literal(part.length > 1 && part.startsWith('\\') ? part.slice(1) : part);
  });
}

function classOf(part: string): string {
  const isNegated = /^\[[!^]/.test(part);
  const content = part.slice(isNegated ? 2 : 1, -1).replace(/[\\[\]^]/g, '\\$&');
  return content === '' ? literal(part) : `[${isNegated ? '^/' : ''}${content}]`;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** One simple command: its words, without the variables set before it and where its output goes. */
export type Command = readonly string[];

/**
 * The commands of a snippet, in order, those of pipes and lists each for itself. Takes the little shell that fits on a
 * page (quotes, continued lines, comments, `|`, `&&`, `;`); anything more is an error, so that nothing passes unread.
 */
export function commandsOf(script: string): Command[] {
  const joined = script.replaceAll(/\\\n\s*/g, ' ');
  return joined.split('\n').flatMap(commandsOfLine);
}

function commandsOfLine(line: string): Command[] {
  const commands: string[][] = [[]];
  for (const [, comment, operator, word] of line.matchAll(
    /(#.*$)|(\|\||&&|[|;])|((?:"[^"]*"|'[^']*'|[^\s"'|;&])+)|\S/g,
  )) {
    if (comment !== undefined) break;
    if (operator !== undefined) commands.push([]);
    else if (word !== undefined) commands.at(-1)?.push(unquoted(word));
    else throw new Error(`the tests do not understand this line of shell: ${line}`);
  }
  return commands.map(withoutSurroundings).filter((words) => words.length > 0);
}

function withoutSurroundings(words: readonly string[]): Command {
  const redirection = words.findIndex((word) => /^\d?>{1,2}/.test(word));
  const command = redirection === -1 ? words : words.slice(0, redirection);
  const first = command.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first === -1 ? [] : command.slice(first);
}

const unquoted = (word: string): string =>
  word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? '');

/** `--name` and `-n` of a command, without their values. */
export const flagsOf = (command: Command): string[] =>
  command.filter((word) => /^--?[A-Za-z]/.test(word)).map((word) => word.replace(/=.*$/, ''));

import ts from 'typescript';
import type { Documented } from './model';

/** The docstring of a symbol in its parts. */
export function documented(symbol: ts.Symbol, checker: ts.TypeChecker): Documented {
  const [summary = '', ...remarks] = plain(ts.displayPartsToString(symbol.getDocumentationComment(checker))).split(
    '\n\n',
  );
  const tags = symbol.getJsDocTags(checker);
  const all = (name: string): string[] =>
    tags.filter((tag) => tag.name === name).map((tag) => oneLine(plain(ts.displayPartsToString(tag.text))));
  return {
    name: symbol.name,
    summary: oneLine(summary),
    remarks: remarks.join('\n\n'),
    whenUnset: all('default')[0],
    throws: all('throws'),
    returns: all('returns')[0],
    deprecated: all('deprecated')[0],
    see: all('see'),
  };
}

/** `{@link Name}` and `{@link Name | text}` become code, because a page shows the name and not a link. */
const plain = (text: string): string =>
  text.replaceAll(/\{@link\s+([^\s|}]+)\s*(?:\|\s*([^}]+))?\}/g, (_, name: string, words?: string) =>
    words === undefined ? `\`${name}\`` : words.trim(),
  );

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

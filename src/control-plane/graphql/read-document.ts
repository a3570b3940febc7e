import { GraphQLError, Lexer, parse, Source, TokenKind, type DocumentNode } from 'graphql';
import { LIMIT } from '../limits';

/**
 * Parses a document that is within the limits of bytes, tokens and nesting; the parser, which calls itself for every
 * bracket, sees no other.
 *
 * @throws GraphQLError with what is wrong
 */
export function readDocument(text: string, mostTokens: number): DocumentNode {
  if (text.length > LIMIT.documentBytes) throw tooMuch('bytes', LIMIT.documentBytes);
  return parse(withoutEmptyArguments(text, mostTokens));
}

/**
 * Reads the tokens once. Spacelift's Terraform provider sends `workerPools(){...}`, which is not legal GraphQL: an empty
 * argument list is left out.
 */
function withoutEmptyArguments(text: string, mostTokens: number): string {
  const lexer = new Lexer(new Source(text));
  let kept = '';
  let keptUntil = 0;
  let depth = 0;
  let tokens = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1;
    if (tokens > mostTokens) throw tooMuch('tokens', mostTokens);
    if (OPENING.has(token.kind)) depth += 1;
    if (CLOSING.has(token.kind)) depth -= 1;
    if (depth > LIMIT.documentNesting) throw tooMuch('brackets within brackets', LIMIT.documentNesting);
    const before = token.prev;
    if (token.kind === TokenKind.PAREN_R && before?.kind === TokenKind.PAREN_L) {
      kept += text.slice(keptUntil, before.start);
      keptUntil = token.end;
    }
  }
  return kept + text.slice(keptUntil);
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.PAREN_L, TokenKind.BRACE_L, TokenKind.BRACKET_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.PAREN_R, TokenKind.BRACE_R, TokenKind.BRACKET_R]);

function tooMuch(what: string, most: number): GraphQLError {
  return new GraphQLError(`the document has too many ${what}: at most ${most} are taken`);
}

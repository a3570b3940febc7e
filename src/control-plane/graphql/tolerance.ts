/** Strings (block strings first) and comments, which are kept, or an empty argument list, which is dropped. */
const TOKENS = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*|\(\s*\)/g;

/** Spacelift's Terraform provider sends `workerPools(){...}`, which is not legal GraphQL. */
export function dropEmptyArguments(document: string): string {
  return document.replace(TOKENS, (token) => (token.startsWith('(') ? '' : token));
}

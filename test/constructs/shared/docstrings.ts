import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** What the docstring of a property says. */
export interface DocumentedProp {
  readonly name: string;
  /** Name of the property's type. */
  readonly type: string;
  readonly text: string;
  /** Of `@default`. */
  readonly whenUnset: string | undefined;
}

/** The properties of each interface in some files, by its name. */
export function interfacesIn(...paths: readonly string[]): ReadonlyMap<string, readonly DocumentedProp[]> {
  const statements = paths.flatMap(
    (path) =>
      ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
        .statements as readonly ts.Statement[],
  );
  return new Map(
    statements.filter(ts.isInterfaceDeclaration).map(({ name, members }) => [name.text, members.map(documented)]),
  );
}

function documented(member: ts.TypeElement): DocumentedProp {
  const { name, type } = member as ts.PropertySignature;
  const [doc] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const tag = doc?.tags?.find(({ tagName }) => tagName.text === 'default');
  const plain = (comment: ts.JSDoc['comment']) => ts.getTextOfJSDocComment(comment)?.replaceAll(/\s+/g, ' ').trim();
  return {
    name: name.getText(),
    type: type?.getText() ?? '',
    text: plain(doc?.comment) ?? '',
    whenUnset: plain(tag?.comment),
  };
}

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

/** The properties of each interface in some files, by its name; those of interfaces among them that it extends, too. */
export function interfacesIn(...paths: readonly string[]): ReadonlyMap<string, readonly DocumentedProp[]> {
  const statements = paths.flatMap(
    (path) =>
      ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
        .statements as readonly ts.Statement[],
  );
  const interfaces = new Map(statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each]));
  const propsOf = (name: string): DocumentedProp[] => {
    const { heritageClauses = [], members } = interfaces.get(name) ?? {};
    const bases = heritageClauses.flatMap(({ types }) => types.map(({ expression }) => expression.getText()));
    return [...bases.flatMap(propsOf), ...(members ?? []).map(documented)];
  };
  return new Map([...interfaces.keys()].map((name) => [name, propsOf(name)]));
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

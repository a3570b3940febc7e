import ts from 'typescript';
import type { Type } from './model';

/** What readers know the packages as. */
const PACKAGES: Readonly<Record<string, string>> = {
  'cdk8s-plus-28': 'kplus.',
  cdk8s: 'cdk8s.',
  constructs: 'constructs.',
};

/**
 * A type as its source writes it, with the names of other packages made plain (`kplus.ISecret`) and our own as pieces to
 * be linked.
 */
export function typeText(node: ts.TypeNode | ts.ExpressionWithTypeArguments, checker: ts.TypeChecker): Type {
  const pieces: (string | { name: string })[] = [];
  const text = node.getSourceFile().text;
  let written = node.getStart();
  const visit = (each: ts.Node): void => {
    if (ts.isIdentifier(each) || ts.isQualifiedName(each) || ts.isPropertyAccessExpression(each)) {
      pieces.push(text.slice(written, each.getStart()), reference(each, checker));
      written = each.getEnd();
      return;
    }
    ts.forEachChild(each, visit);
  };
  visit(node);
  pieces.push(text.slice(written, node.getEnd()));
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece.replaceAll(/\s+/g, ' ') : piece))
    .filter((piece) => piece !== '');
}

function reference(node: ts.Identifier | ts.QualifiedName | ts.PropertyAccessExpression, checker: ts.TypeChecker) {
  const found = checker.getSymbolAtLocation(node);
  const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName ?? '';
  const [, from] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file) ?? [];
  const name = symbol?.name ?? node.getText();
  if (from === undefined) return { name };
  return `${PACKAGES[from] ?? ''}${name}`;
}

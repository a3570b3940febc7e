import { relative } from 'node:path';
import ts from 'typescript';
import type { Declaration, Documented, Kind, Method, Property, Type } from './model';
import { documented } from './docstring';
import { typeText } from './type-text';

const CONSTRUCTS = 'src/constructs';

/** The declarations that an entry file exports, by name. */
export function readDeclarations(entry: string, options: ts.CompilerOptions = compilerOptions()): Declaration[] {
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${entry} exports nothing`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .flatMap((symbol) => declaration(symbol, checker) ?? [])
    .sort((left, right) => left.name.localeCompare(right.name, 'en'));
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
  return ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, '.').options;
}

function declaration(symbol: ts.Symbol, checker: ts.TypeChecker): Declaration | undefined {
  const node = symbol.declarations?.find(
    (each) => ts.isClassDeclaration(each) || ts.isInterfaceDeclaration(each) || ts.isEnumDeclaration(each),
  );
  if (node === undefined || isHidden(symbol, node)) return undefined;
  const shared = { ...documented(symbol, checker), group: groupOf(node), ...NOTHING };
  if (ts.isEnumDeclaration(node)) {
    return { ...shared, kind: 'enum', constants: node.members.map((member) => property(member, checker)) };
  }
  const members = node.members.filter(
    (member) => !isHidden(checker.getSymbolAtLocation(member.name ?? member), member),
  );
  const fixed = members.filter((member) => hasModifier(member, ts.SyntaxKind.StaticKeyword));
  const own = members.filter((member) => !fixed.includes(member));
  return {
    ...shared,
    kind: kindOf(node),
    bases: (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => typeText(type, checker))),
    construction: ts.isClassDeclaration(node) ? construction(node, checker) : undefined,
    factories: fixed.filter(isMethod).map((each) => method(each, checker)),
    constants: fixed.filter(isProperty).map((each) => property(each, checker)),
    properties: own.filter(isProperty).map((each) => property(each, checker)),
    methods: own.filter(isMethod).map((each) => method(each, checker)),
  };
}

const NOTHING = { bases: [], factories: [], constants: [], properties: [], methods: [] };

function kindOf(node: ts.ClassDeclaration | ts.InterfaceDeclaration): Kind {
  if (ts.isClassDeclaration(node)) return 'class';
  // jsii's rule: an interface with behaviour begins with I, every other one is a bag of values.
  return /^I[A-Z]/.test(node.name.text) ? 'interface' : 'properties';
}

function groupOf(node: ts.Node): string {
  const path = relative(CONSTRUCTS, node.getSourceFile().fileName).replaceAll('\\', '/');
  return path.includes('/') && !path.startsWith('..') ? path.slice(0, path.indexOf('/')) : '';
}

type Callable = ts.MethodDeclaration | ts.MethodSignature;
type Valued =
  ts.PropertyDeclaration | ts.PropertySignature | ts.GetAccessorDeclaration | ts.EnumMember | ts.ParameterDeclaration;

const isMethod = (node: ts.Node): node is Callable => ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
const isProperty = (node: ts.Node): node is ts.PropertyDeclaration | ts.PropertySignature | ts.GetAccessorDeclaration =>
  ts.isPropertyDeclaration(node) || ts.isPropertySignature(node) || ts.isGetAccessorDeclaration(node);

function construction(node: ts.ClassDeclaration, checker: ts.TypeChecker): Property[] | undefined {
  if (hasModifier(node, ts.SyntaxKind.AbstractKeyword)) return undefined;
  const own = node.members.find(ts.isConstructorDeclaration);
  if (own === undefined || isHidden(undefined, own)) return undefined;
  return own.parameters.map((parameter) => property(parameter, checker));
}

function method(node: Callable, checker: ts.TypeChecker): Method {
  return {
    ...docsOf(node, checker),
    parameters: node.parameters.map((parameter) => property(parameter, checker)),
    result: node.type === undefined ? [] : typeText(node.type, checker),
  };
}

function property(node: Valued, checker: ts.TypeChecker): Property {
  const type = 'type' in node ? node.type : undefined;
  const optional =
    ('questionToken' in node && node.questionToken !== undefined) ||
    (ts.isParameter(node) && node.initializer !== undefined);
  return {
    ...docsOf(node, checker),
    type: type === undefined ? inferred(node, checker) : typeText(type, checker),
    optional,
  };
}

/** The type of a member that does not name one, such as `readonly kind = 'WorkerPool'`. */
const inferred = (node: Valued, checker: ts.TypeChecker): Type => [
  checker.typeToString(checker.getTypeAtLocation(node)),
];

function docsOf(node: Callable | Valued, checker: ts.TypeChecker): Documented {
  const symbol = checker.getSymbolAtLocation(node.name);
  if (symbol === undefined) throw new Error(`no symbol at ${node.getText()}`);
  return documented(symbol, checker);
}

/** What users cannot or shall not use: jsii leaves out the same. */
function isHidden(symbol: ts.Symbol | undefined, node: ts.Node): boolean {
  return (
    hasModifier(node, ts.SyntaxKind.PrivateKeyword) ||
    hasModifier(node, ts.SyntaxKind.ProtectedKeyword) ||
    ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal') ||
    (symbol?.name.startsWith('_') ?? false) ||
    (symbol?.name.startsWith('#') ?? false)
  );
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((modifier) => modifier.kind === kind)) ?? false;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Text of the sources, in pieces between which values stand. */
type Template = readonly string[];

/** What a page writes in place of a value: `NAMESPACE`, `"NAME"`, `512`, `1h10m`, or `…` for words that vary. */
const PLACEHOLDER = /^("?)[A-Z][A-Z0-9_]*\1$|^…$|^(\d+[a-z]+)*\d*$/;
/** Where one text of the sources may end and another begin; inside a value that may be between any words. */
const SEAM = { sentence: /(?<=[.:;,)]) |(?=, )/g, value: / |(?=, )/g };
/** Shorter pieces say nothing by themselves: they count as the value of another text, not as a sentence. */
const SHORTEST = 12;

/** The sentences that programs can print: every text in their sources, with room for the values in it. */
export class Sentences {
  private readonly patterns: { readonly pattern: RegExp; readonly isLong: boolean }[];
  private readonly known = new Map<string, boolean>();

  constructor(templates: readonly Template[]) {
    const unique = new Map(templates.map((template) => [template.map(squeeze).join('\0'), template]));
    this.patterns = [...unique.values()].flatMap((template) => {
      const length = template.join('').trim().length;
      return length < 2 ? [] : [{ pattern: patternOf(template), isLong: length >= SHORTEST }];
    });
  }

  static ofSources(folder: string): Sentences {
    return new Sentences(sources(folder).flatMap((path) => templatesOf(path, readFileSync(path, 'utf8'))));
  }

  /** Whether the sources make exactly this text, given values for its placeholders. */
  make(text: string): boolean {
    return this.matches(text.trim(), true);
  }

  private matches(text: string, asSentence: boolean): boolean {
    if (PLACEHOLDER.test(text)) return true;
    const key = `${asSentence}${text}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    this.known.set(key, false);
    const found =
      variants(text).some((variant) => this.isWhole(variant, asSentence)) || this.isSeries(text, asSentence);
    this.known.set(key, found);
    return found;
  }

  private isWhole(text: string, asSentence: boolean): boolean {
    return this.patterns.some(({ pattern, isLong }) => {
      if (asSentence && !isLong) return false;
      const match = pattern.exec(text);
      return match !== null && match.slice(1).every((value) => this.isValue(value.trim()));
    });
  }

  /** What stands in another text, with or without the colon that leads there. */
  private isValue(text: string): boolean {
    return [text, text.replace(/^[.:;,] /, '')].some((each) => this.matches(each, false));
  }

  private isSeries(text: string, asSentence: boolean): boolean {
    return [...text.matchAll(asSentence ? SEAM.sentence : SEAM.value)].some(
      ({ index }) =>
        this.matches(text.slice(0, index), asSentence) && this.matches(text.slice(index).trim(), asSentence),
    );
  }
}

/** As it stands, in the midst of another sentence, and without the end that a wrapper adds. */
function variants(text: string): string[] {
  const lower = text.charAt(0).toLowerCase() + text.slice(1);
  const all = [text, lower];
  return [...all, ...all.filter((each) => /[.:;,]$/.test(each)).map((each) => each.slice(0, -1))];
}

function patternOf(template: Template): RegExp {
  // Values that follow each other are one; the full stop of what is put into another text goes.
  const pieces = template.filter((piece, at) => piece !== '' || at === 0 || at === template.length - 1);
  const escaped = pieces.map((piece) => squeeze(piece).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('(.+?)').trim().replace(/\\\.$/, '\\.?')}$`);
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|sh)$/.test(entry.name) && !entry.name.includes('.generated.') ? [path] : [];
  });
}

function templatesOf(path: string, source: string): Template[] {
  return path.endsWith('.sh') ? templatesOfShell(source) : templatesOfTypeScript(path, source);
}

const templatesOfShell = (source: string): Template[] =>
  [...source.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, double, single = '']) =>
    double === undefined ? [single] : double.replaceAll('\\$', '$').split(/\$\{?\w+\}?/),
  );

function templatesOfTypeScript(path: string, source: string): Template[] {
  const found: Template[] = [];
  const visit = (node: ts.Node): void => {
    const template = templateOf(node);
    // Texts of Helm have its own values in them, and lines that stand by themselves.
    if (template !== undefined) found.push(template, ...linesOf(template));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return found;
}

function templateOf(node: ts.Node): Template | undefined {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const left = templateOf(node.left) ?? ['', ''];
    const [first = '', ...rest] = templateOf(node.right) ?? ['', ''];
    return [...left.slice(0, -1), `${left.at(-1)}${first}`, ...rest];
  }
  return ts.isParenthesizedExpression(node) ? templateOf(node.expression) : undefined;
}

const linesOf = (template: Template): Template[] =>
  template
    .join('\0')
    .split(/\n\n|\{\{-? (?:if|end|else|range|with)[^}]*\}\}\n?/)
    .map((line) => line.split(/\0|\{\{[^}]*\}\}/));

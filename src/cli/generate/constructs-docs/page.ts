import { cell } from '../object-docs';
import type { Declaration, Documented, Method, Property, Type } from './model';

/** Where a type of ours is described, as seen from the page being written. */
export type LinkTo = (name: string) => string | undefined;

/** A section for each declaration. */
export const sections = (declarations: readonly Declaration[], linkTo: LinkTo): string =>
  declarations.map((declaration) => section(declaration, linkTo)).join('\n');

function section(declaration: Declaration, linkTo: LinkTo): string {
  const { name, bases, construction, factories, constants, properties, methods } = declaration;
  const parts = [
    `## ${name}`,
    ...paragraphs(declaration),
    bases.length > 0 && `Extends ${bases.map((base) => typeText(base, linkTo)).join(', ')}.`,
    construction !== undefined && `Made by ${code(`new ${name}(${construction.map(parameter).join(', ')})`)}.`,
    declaration.throws.length > 0 && `Throws ${declaration.throws.map(sentence).join(' ')}`,
    declaration.kind === 'enum' &&
      table(
        ['Value', 'Meaning'],
        constants.map((each) => [code(each.name), meaning(each)]),
      ),
    declaration.kind !== 'enum' &&
      constants.length > 0 &&
      `### ${name}: constants\n\n${propertyTable(constants, linkTo)}`,
    factories.length > 0 && `### ${name}: made by\n\n${methodList(name, factories, linkTo)}`,
    properties.length > 0 &&
      (declaration.kind === 'properties' ? propsTable(properties, linkTo) : propertyTable(properties, linkTo)),
    methods.length > 0 && `### ${name}: methods\n\n${methodList('', methods, linkTo)}`,
  ];
  return `${parts.filter((part) => part !== false && part !== '').join('\n\n')}\n`;
}

function paragraphs({ summary, remarks, deprecated, see }: Documented): string[] {
  return [
    deprecated === undefined ? '' : `**Deprecated:** ${deprecated}`,
    outsideCode(summary),
    outsideCode(remarks),
    ...see.map((text) => `See ${outsideCode(text)}.`),
  ];
}

function propertyTable(properties: readonly Property[], linkTo: LinkTo): string {
  const rows = properties.map((each) => [code(each.name), cellType(each.type, linkTo), meaning(each)]);
  return table(['Property', 'Type', 'Meaning'], rows);
}

function propsTable(properties: readonly Property[], linkTo: LinkTo): string {
  const required = properties.filter(({ optional }) => !optional);
  const rows = [...required, ...properties.filter(({ optional }) => optional)].map((each) => [
    code(each.name),
    cellType(each.type, linkTo),
    meaning(each),
    each.optional ? whenUnset(each) : '**must be set**',
  ]);
  return table(['Property', 'Type', 'Meaning', 'When unset'], rows);
}

function whenUnset({ whenUnset: text = '' }: Documented): string {
  // jsii's convention: "- words" describes, anything else is the value itself.
  if (text.startsWith('-')) return cell(text.slice(1).trim());
  return text === '' ? '' : code(text.replaceAll('`', ''));
}

function meaning({ summary, remarks, deprecated, throws, see }: Documented): string {
  const deprecation = deprecated === undefined ? [] : [`**Deprecated:** ${deprecated}`];
  const errors = throws.map((text) => `Throws ${sentence(text)}`);
  const sources = see.map((text) => `See ${text}.`);
  const texts = [...deprecation, summary, remarks.replaceAll(/\s+/g, ' '), ...errors, ...sources];
  return texts
    .filter((text) => text !== '')
    .map(cell)
    .join(' ');
}

function methodList(owner: string, methods: readonly Method[], linkTo: LinkTo): string {
  return methods
    .map((method) => {
      const call = `${owner === '' ? '' : `${owner}.`}${method.name}(${method.parameters.map(parameter).join(', ')})`;
      const types = method.parameters.map(({ name, type, summary, whenUnset: unset }) => {
        const words = [summary, unset?.startsWith('-') ? unset.slice(1).trim() : unset && `${code(unset)} when unset`];
        const said = words.filter(Boolean).join('; ');
        return `  - ${code(name)}: ${typeText(type, linkTo)}${said === '' ? '' : `: ${outsideCode(said)}`}`;
      });
      const returns = method.returns === undefined ? [] : [`Returns ${sentence(method.returns)}`];
      const said = [meaning({ ...method, remarks: '' }), ...returns].join(' ').trim();
      return [`- ${code(call)}${said === '' ? '' : `: ${said}`}`, ...types].join('\n');
    })
    .join('\n');
}

const parameter = ({ name, optional }: Property): string => (optional ? `${name}?` : name);

function typeText(type: Type, linkTo: LinkTo): string {
  const linked = type.some((piece) => typeof piece !== 'string' && linkTo(piece.name) !== undefined);
  if (!linked) return code(type.map((piece) => (typeof piece === 'string' ? piece : piece.name)).join(''));
  return type
    .map((piece) => {
      if (typeof piece === 'string') return piece.trim() === '' ? piece : code(piece);
      const link = linkTo(piece.name);
      return link === undefined ? code(piece.name) : `[${code(piece.name)}](${link})`;
    })
    .join('');
}

const cellType = (type: Type, linkTo: LinkTo): string => typeText(type, linkTo).replaceAll('|', '\\|');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const sentence = (text: string): string => outsideCode(/[.!?]$/.test(text) ? text : `${text}.`);

/** Angle brackets outside of code would be HTML. */
const outsideCode = (text: string): string =>
  text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '\\<') : part))
    .join('`');

const code = (text: string): string => `\`${text}\``;

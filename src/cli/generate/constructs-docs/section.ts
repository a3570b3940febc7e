import type {
  Callable,
  ClassType,
  Docs,
  InterfaceType,
  Method,
  Parameter,
  Property,
  Type,
  TypeReference,
} from 'jsii-reflect';
import { cell, code, prose, table } from '../markdown';

/** Where a type of ours is described, as seen from the page being written. */
type LinkTo = (name: string) => string | undefined;

/** What readers know the packages as. */
const PACKAGES: Readonly<Record<string, string>> = { 'cdk8s-worker-pools': '', 'cdk8s-plus-28': 'kplus.' };

/** The section of a type. */
export function section(type: Type, linkTo: LinkTo): string {
  const parts = [`## ${type.name}`, ...said(type.docs).map(prose)];
  if (type.isClassType() || type.isInterfaceType()) parts.push(...members(type, linkTo));
  if (type.isEnumType()) {
    const rows = type.members.map(({ name, docs }) => [code(name), meaning(docs)]);
    parts.push(table(['Value', 'Meaning'], rows));
  }
  return parts.join('\n\n');
}

function members(type: ClassType | InterfaceType, linkTo: LinkTo): string[] {
  const { name } = type;
  const bases = [...(type.isClassType() && type.base ? [type.base] : []), ...type.interfaces];
  const properties = bySource(type.ownProperties);
  const methods = bySource(type.ownMethods);
  const constants = properties.filter((each) => each.static);
  const factories = methods.filter((each) => each.static);
  const own = properties.filter((each) => !each.static);
  const others = methods.filter((each) => !each.static);
  const parts = [
    bases.length > 0 && `Extends ${bases.map(({ reference }) => typeText(reference, linkTo)).join(', ')}.`,
    type.isClassType() &&
      !type.abstract &&
      type.initializer &&
      `Made by ${code(`new ${call(name, type.initializer)}`)}.`,
    constants.length > 0 && `### ${name}: constants\n\n${propertyTable(constants, linkTo)}`,
    factories.length > 0 && `### ${name}: made by\n\n${methodList(factories, `${name}.`, linkTo)}`,
    own.length > 0 && (type.isDataType() ? propsTable(own, linkTo) : propertyTable(own, linkTo)),
    others.length > 0 && `### ${name}: methods\n\n${methodList(others, '', linkTo)}`,
  ];
  return parts.filter((part) => typeof part === 'string');
}

/** The names of the types that a type names: what it extends, then what it is made with. */
export function namesIn(type: Type): string[] {
  if (!type.isClassType() && !type.isInterfaceType()) return [];
  const methods = bySource(type.ownMethods);
  const callables = [...(type.isClassType() && type.initializer ? [type.initializer] : []), ...methods];
  const values = [...callables.flatMap(({ parameters }) => parameters), ...bySource(type.ownProperties)];
  const bases = type.interfaces.map(({ name }) => name);
  return [...bases, ...values.flatMap((value) => written(value.type).match(/\w+/g) ?? [])];
}

/** The assembly sorts members by name. */
const bySource = <T extends Method | Property>(members: readonly T[]): T[] =>
  members
    .filter((member) => !member.protected)
    .sort((left, right) => (left.locationInModule?.line ?? 0) - (right.locationInModule?.line ?? 0));

function propertyTable(properties: readonly Property[], linkTo: LinkTo): string {
  return table(
    ['Property', 'Type', 'Meaning'],
    properties.map((each) => propertyCells(each, linkTo)),
  );
}

function propsTable(properties: readonly Property[], linkTo: LinkTo): string {
  const sorted = [...properties].sort((left, right) => Number(left.optional) - Number(right.optional));
  const rows = sorted.map((each) => [
    ...propertyCells(each, linkTo),
    each.optional ? cell(unset(each.docs)) : '**must be set**',
  ]);
  return table(['Property', 'Type', 'Meaning', 'When unset'], rows);
}

const propertyCells = ({ name, type, docs }: Property, linkTo: LinkTo): string[] => [
  code(name),
  typeText(type, linkTo).replaceAll('|', '\\|'),
  meaning(docs),
];

const methodList = (methods: readonly Method[], owner: string, linkTo: LinkTo): string =>
  methods
    .flatMap((method) => [
      `- ${code(owner + call(method.name, method))}: ${meaning(method.docs)}`,
      ...method.parameters.map((each) => `  - ${code(each.name)}: ${parameterText(each, linkTo)}`),
    ])
    .join('\n');

function parameterText({ type, docs }: Parameter, linkTo: LinkTo): string {
  const words = [whole(docs).replace(/\.$/, ''), docs.default && `${unset(docs)} when unset`]
    .filter(Boolean)
    .join('; ');
  return [typeText(type, linkTo), ...(words === '' ? [] : [cell(words)])].join(': ');
}

const call = (name: string, { parameters }: Callable): string =>
  `${name}(${parameters.map((each) => (each.optional ? `${each.name}?` : each.name)).join(', ')})`;

/** jsii's convention: "- words" describes, anything else is the value itself. */
const unset = ({ default: text }: Docs): string =>
  text.startsWith('-') ? text.slice(1).trim() : text && code(text.replaceAll('`', ''));

/** A docstring in a table or list. */
const meaning = (docs: Docs): string => cell(said(docs).join(' '));

/** What a docstring and its tags say. */
const said = (docs: Docs): string[] =>
  [
    docs.deprecationReason && `**Deprecated:** ${docs.deprecationReason}`,
    whole(docs),
    docs.customTag('throws') && `Throws ${sentence(docs.customTag('throws'))}`,
    docs.returns && `Returns ${sentence(docs.returns)}`,
    docs.link && `See ${docs.link}.`,
  ].filter((text): text is string => Boolean(text));

/** Summary and remarks; `{@link Name}` is a name here. */
const whole = ({ summary, remarks }: Docs): string =>
  [summary, remarks]
    .filter(Boolean)
    .join('\n\n')
    .replaceAll(/\{@link\s+([^}]+)\}/g, code('$1'));

const sentence = (text = ''): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A type with links to those of ours. */
function typeText(type: TypeReference, linkTo: LinkTo): string {
  const linked = written(type).replaceAll(/(?<![\w.])\w+/g, (name) => {
    const link = linkTo(name);
    return link === undefined ? name : `\`[${code(name)}](${link})\``;
  });
  return code(linked).replaceAll('``', '');
}

/** A type as TypeScript writes it, with the names of other packages made plain (`kplus.ISecret`). */
function written({ arrayOfType, mapOfType, unionOfTypes, fqn, primitive, isAny }: TypeReference): string {
  if (arrayOfType) return `${arrayOfType.unionOfTypes ? `(${written(arrayOfType)})` : written(arrayOfType)}[]`;
  if (mapOfType) return `Record<string, ${written(mapOfType)}>`;
  if (unionOfTypes) return unionOfTypes.map(written).join(' | ');
  if (fqn === undefined) return isAny ? 'any' : (primitive ?? 'void');
  const [assembly = '', name = ''] = fqn.split(/\.(.*)/, 2);
  return `${PACKAGES[assembly] ?? `${assembly}.`}${name}`;
}

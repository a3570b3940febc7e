import { notYetText, type Field, type FieldType, type ObjectType } from '../../api/field';
import type { JsonSchema } from '../../api/schema';
import { KUBERNETES_VERSION } from './kubernetes-source';
import { cell, code, table } from './markdown';

const [, MINOR] = /^(v\d+\.\d+)/.exec(KUBERNETES_VERSION) ?? [];
const KUBERNETES_REFERENCE = `https://kubernetes.io/docs/reference/generated/kubernetes-api/${MINOR}/`;

interface Section {
  readonly object: ObjectType;
  /** Where the object stands; one type may stand in several places. */
  readonly paths: string[];
}

/** A section of Markdown for an object and for each object of ours inside it. */
export function objectSections(root: ObjectType, path: string): string {
  const sections = new Map<ObjectType, Section>();
  collect(root, path, sections);
  return [...sections.values()].map((section) => sectionText(section, sections)).join('\n');
}

function collect(object: ObjectType, path: string, found: Map<ObjectType, Section>): void {
  const known = found.get(object);
  if (known !== undefined) {
    known.paths.push(path);
    return;
  }
  found.set(object, { object, paths: [path] });
  for (const [name, { type }] of Object.entries(object.fields)) {
    if (type.kind === 'object') collect(type, `${path}.${name}`, found);
  }
}

const heading = ({ paths }: Section): string => paths.join(', ');

function sectionText(section: Section, all: ReadonlyMap<ObjectType, Section>): string {
  const { object } = section;
  const rows = Object.entries(object.fields).map(([name, field]) => row(name, field, all));
  const fields = rows.length === 0 ? '' : table(['Field', 'Type', 'Meaning', 'When unset'], rows);
  return `## ${heading(section)}\n\n${object.description}\n\n${fields}\n\n${rules(object, section)}`;
}

function row(name: string, field: Field, all: ReadonlyMap<ObjectType, Section>): string[] {
  const { description, deprecated, notYet } = field;
  const meaning = [
    ...(field.required ? ['Required.'] : []),
    description,
    ...(deprecated === undefined ? [] : [`**Deprecated:** ${deprecated}`]),
    ...limits(field.type),
    ...(notYet === undefined ? [] : [`**${notYetText(notYet)}**`]),
  ];
  return [code(name), typeText(field.type, all), cell(meaning.join(' ')), cell(unset(field))];
}

function unset({ type, whenUnset }: Field): string {
  const filledIn = type.kind === 'scalar' ? type.schema.default : undefined;
  return filledIn === undefined ? (whenUnset ?? '') : `${code(JSON.stringify(filledIn))}, filled in by the API server`;
}

function typeText(type: FieldType, all: ReadonlyMap<ObjectType, Section>): string {
  switch (type.kind) {
    case 'scalar':
      return scalarText(type.schema);
    case 'list':
      return `list of ${typeText(type.items, all)}`;
    case 'map':
      return `map to ${typeText(type.values, all)}`;
    case 'kubernetes':
      return kubernetesLink(type.name);
    case 'object': {
      const section = all.get(type);
      return section === undefined ? type.name : `[${type.name}](#${anchor(heading(section))})`;
    }
  }
}

function scalarText({ type, format, enum: values }: JsonSchema): string {
  if (values) return values.map(code).join(' or ');
  return format ?? type ?? '';
}

function kubernetesLink(name: string): string {
  const group = name === 'Condition' ? 'v1-meta' : 'v1-core';
  return `[${name}](${KUBERNETES_REFERENCE}#${name.toLowerCase()}-${group})`;
}

/** As GitHub makes it of a heading. */
const anchor = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

function limits(type: FieldType): string[] {
  const schema = type.kind === 'list' && type.items.kind === 'scalar' ? type.items.schema : scalarSchema(type);
  return [
    ...(schema.minimum === undefined ? [] : [`At least ${schema.minimum}.`]),
    ...(schema['x-kubernetes-validations'] ?? []).map(({ message }) => sentence(message)),
  ];
}

/** What the API server says of a value, to be read without the value's path before it. */
function sentence(message: string): string {
  return message.startsWith('must ') ? `It ${message}.` : `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

const scalarSchema = (type: FieldType): JsonSchema => (type.kind === 'scalar' ? type.schema : {});

function rules({ rules: all }: ObjectType, { paths }: Section): string {
  if (all === undefined) return '';
  return `Refused by the API server at \`${paths.join('`, `')}\`, with these words:\n\n${all.map(({ message }) => `- ${cell(message)}`).join('\n')}\n`;
}

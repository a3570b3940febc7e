import type { JsonSchema } from '../../api/schema';

export interface Member {
  readonly name: string;
  readonly description?: string;
  readonly isRequired: boolean;
  readonly type: string;
}

/** The declaration of an object: `readonly` members, required ones without a question mark, descriptions as JSDoc. */
export function declaration(name: string, description: string | undefined, members: readonly Member[]): string {
  const about = comment(description, '');
  if (members.length === 0) return `${about}export type ${name} = ${recordOf('never')};\n`;
  const lines = members.map((each) => `${comment(each.description, '  ')}  ${memberText(each)};\n`);
  return `${about}export interface ${name} {\n${lines.join('')}}\n`;
}

const memberText = ({ name, isRequired, type }: Member): string => `readonly ${name}${isRequired ? '' : '?'}: ${type}`;

/** The members of an object schema. */
export const membersOf = ({ properties = {}, required = [] }: JsonSchema): Member[] =>
  Object.entries(properties).map(([name, property]) => ({
    name,
    description: property.description,
    isRequired: required.includes(name),
    type: typeExpression(property),
  }));

/** The TypeScript expression for a schema; a `$ref` is the name of a type. */
export function typeExpression(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return schema.$ref;
  if (schema['x-kubernetes-int-or-string']) return 'number | string';
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  switch (schema.type) {
    case 'array':
      return listOf(typeExpression(schema.items ?? {}));
    case 'object':
      return objectExpression(schema);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case undefined:
      throw new Error(`No TypeScript type for the schema ${JSON.stringify(schema)}.`);
  }
}

function objectExpression(schema: JsonSchema): string {
  if (schema.additionalProperties) return recordOf(typeExpression(schema.additionalProperties));
  if (schema.properties === undefined) return recordOf('never');
  return `{ ${membersOf(schema).map(memberText).join('; ')} }`;
}

export const listOf = (expression: string): string => `readonly ${parenthesized(expression)}[]`;

export const recordOf = (expression: string): string => `Readonly<Record<string, ${expression}>>`;

const parenthesized = (expression: string): string => (/[ |]/.test(expression) ? `(${expression})` : expression);

/** JSDoc over a declaration; nothing for an empty text. */
export function comment(text: string | undefined, indent: string): string {
  if (text === undefined || text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0] ?? ''} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd() + '\n').join('')}${indent} */\n`;
}

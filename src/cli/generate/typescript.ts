import type { JsonSchema } from '../../api/schema';

/** What an object schema becomes: `readonly` members, required ones without a question mark, descriptions as JSDoc. */
export function interfaceText(name: string, schema: JsonSchema): string {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(([member, property]) => {
    const optional = required.has(member) ? '' : '?';
    return `${comment(property.description, '  ')}  readonly ${member}${optional}: ${typeExpression(property)};\n`;
  });
  return `${comment(schema.description, '')}export interface ${name} {\n${members.join('')}}\n`;
}

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
  const members = Object.entries(schema.properties).map(([name, property]) => {
    const optional = schema.required?.includes(name) ? '' : '?';
    return `readonly ${name}${optional}: ${typeExpression(property)}`;
  });
  return `{ ${members.join('; ')} }`;
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

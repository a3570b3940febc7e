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
      return `readonly ${parenthesized(typeExpression(schema.items ?? {}))}[]`;
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
  if (schema.additionalProperties) {
    return `Readonly<Record<string, ${typeExpression(schema.additionalProperties)}>>`;
  }
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(([name, property]) => {
      const optional = schema.required?.includes(name) ? '' : '?';
      return `readonly ${name}${optional}: ${typeExpression(property)}`;
    });
    return `{ ${members.join('; ')} }`;
  }
  return 'Readonly<Record<string, never>>';
}

const parenthesized = (expression: string): string => (/[ |]/.test(expression) ? `(${expression})` : expression);

export function comment(text: string | undefined, indent: string): string {
  if (text === undefined || text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  return lines.length === 1
    ? `${indent}/** ${lines[0] ?? ''} */\n`
    : `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd() + '\n').join('')}${indent} */\n`;
}

export const GENERATED_NOTICE = '// Made by `npm run generate`; change its source instead of this file.\n\n';

import { createHash } from 'node:crypto';
import { deferred, isDeferred, type Later } from './deferred';
import { isMap } from './overlay';
import { condition } from './template-action';
import { conditional, STEP } from './template-writer';

type Content = Readonly<Record<string, unknown>>;

/**
 * The text of a YAML document that stands inside an object, as a file does in a ConfigMap. Where its parts are known only
 * when the chart is rendered, a helper of that name writes it. Scalars and lists are written as JSON, which is YAML too.
 *
 * @param name of the helper, with the chart's name before it
 * @param content in the order in which it is to be read; what is undefined is left out. Its first entry always stands.
 */
export function document(name: string, content: Content): Later<string> {
  const text = lines(content, '').join('\n');
  if (!hasDeferred(content)) return text;
  if (text.startsWith('{{')) throw new Error(`${name}: a document needs a first entry that always stands`);
  return deferred({ op: 'document', name, template: text });
}

/** The SHA-256 sum of a text, in hexadecimal digits. */
export function sha256(operand: Later<string>): Later<string> {
  if (isDeferred(operand)) return deferred({ op: 'sha256', operand });
  return createHash('sha256').update(operand).digest('hex');
}

/** The documents somewhere inside a value, as name and template. */
export function documentsIn(value: unknown): (readonly [name: string, template: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const expression = isDeferred(value) ? value.$deferred : undefined;
  if (expression?.op === 'document') return [[expression.name, expression.template]];
  return Object.values(value).flatMap(documentsIn);
}

function lines(content: Content, indent: string): string[] {
  return Object.entries(content).flatMap(([key, value]) => entry(key, value, indent));
}

function entry(key: string, value: unknown, indent: string): string[] {
  if (value === undefined) return [];
  if (isDeferred(value) && value.$deferred.op === 'when') {
    return conditional(value.$deferred, indent, (branch) => entry(key, branch, indent));
  }
  if (isDeferred(value)) return [`${indent}${key}: {{ ${condition(value)} | toJson }}`];
  if (isMap(value)) return [`${indent}${key}:`, ...lines(value, indent + STEP)];
  return [`${indent}${key}: ${json(value)}`];
}

/** As Go writes JSON, which escapes what HTML knows. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function hasDeferred(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isDeferred(value) || Object.values(value).some(hasDeferred);
}

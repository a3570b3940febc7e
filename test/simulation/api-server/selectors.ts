import { refuse } from './refusals';
import type { Stored } from './types';

export type Selector = (object: Stored) => boolean;

const EVERYTHING: Selector = () => true;
const KNOWN = new Map<string, Selector>();

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
export function labelSelector(text: string | undefined): Selector {
  if (!text) return EVERYTHING;
  let selector = KNOWN.get(text);
  if (!selector) {
    const terms = splitTerms(text).map(labelTerm);
    selector = ({ metadata: { labels = {} } }) => terms.every((term) => term(labels));
    KNOWN.set(text, selector);
  }
  return selector;
}

type LabelTerm = (labels: Readonly<Record<string, string>>) => boolean;

function labelTerm(term: string): LabelTerm {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => (labels[key] !== undefined && values.includes(labels[key])) === (operator === 'in');
  }
  const [, key = '', operator, value = ''] = /^(!?[^=!\s]+)\s*(==|=|!=)?\s*(.*)$/.exec(term) ?? [];
  if (operator === '!=') return (labels) => labels[key] !== value;
  if (operator !== undefined) return (labels) => labels[key] === value;
  return key.startsWith('!') ? (labels) => labels[key.slice(1)] === undefined : (labels) => labels[key] !== undefined;
}

/** Commas within brackets divide values, not terms. */
function splitTerms(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((term) => term.trim());
}

const FIELDS: Readonly<Record<string, (object: Stored) => unknown>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'status.phase': ({ status }) => status?.phase,
  'spec.nodeName': ({ spec }) => spec?.nodeName,
};

export function fieldSelector(text: string | undefined): Selector {
  if (!text) return EVERYTHING;
  const terms = text.split(',').map((term) => {
    const [, field = '', operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    const read = FIELDS[field];
    if (!read) throw refuse(400, 'BadRequest', `field label not supported: ${field}`);
    return (object: Stored) => ((read(object) ?? '') === value) === (operator !== '!=');
  });
  return (object) => terms.every((term) => term(object));
}

/** What a plan does to a resource, in the order in which people want to know, with the words for a count and the sign of the tool. */
export const CHANGE_WORDS = {
  delete: { count: 'to destroy', one: 'destroy', sign: '-' },
  replace: { count: 'to replace', one: 'replace', sign: '-/+' },
  update: { count: 'to change', one: 'change', sign: '~' },
  create: { count: 'to add', one: 'add', sign: '+' },
  import: { count: 'to import', one: 'import', sign: '<-' },
  move: { count: 'to move', one: 'move', sign: '->' },
  forget: { count: 'to forget', one: 'forget', sign: '.' },
} as const;

export type ChangeWord = keyof typeof CHANGE_WORDS;

/** `1 to destroy, 3 to add`; of what there is none nothing is said. */
export function changesInWords(counts: Readonly<Record<ChangeWord, number>>): string {
  const words = Object.entries(CHANGE_WORDS).flatMap(([action, { count }]) => {
    const number = counts[action as ChangeWord];
    return number > 0 ? [`${number} ${count}`] : [];
  });
  return words.join(', ') || 'no resource to change';
}

/** `replace_because_cannot_update` as people read it. */
export const reasonInWords = (reason: string): string =>
  reason.replace(/^[a-z]+_(?=because|by)/, '').replaceAll('_', ' ');

import { format } from 'prettier';

/** A generated page, formatted as the repository's are; `source` is where its words are changed. */
export const page = (source: string, text: string): Promise<string> =>
  format(`<!-- Made by \`npm run generate\` from ${source}; change it there. -->\n\n${text}`, {
    parser: 'markdown',
    printWidth: 120,
  });

export const code = (text: string): string => `\`${text}\``;

/** Words as text: angle brackets outside of code would be HTML. */
export const prose = (text: string): string =>
  text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '\\<') : part))
    .join('`');

/** Words for one line of a table or list, where a bar would end the cell. */
export const cell = (text: string): string => prose(text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|'));

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

import { spanInWords } from '../../../time/duration';

/** How often what is said of times is renewed. */
const EVERY_MS = 1_000;

/** Says each moment in the reader's zone, and how long ago it was; the title keeps the UTC. */
export function keepTimes(): void {
  say(document);
  setInterval(() => say(document), EVERY_MS);
}

export function say(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-as]')) {
    const text = inWords(time.dateTime, time.dataset.as);
    if (time.textContent !== text) time.textContent = text;
  }
}

function inWords(iso: string, as: string | undefined): string {
  const date = new Date(iso);
  const ago = spanInWords(Date.now() - date.getTime());
  if (as === 'age') return `${ago} ago`;
  const local = date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
  return as === 'span' ? `${local}, for ${ago}` : local;
}

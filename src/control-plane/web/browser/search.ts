import type { Log } from './log';

/** Places that are marked at most: a browser slows down with more. */
const MOST = 5_000;

/** What begins a line that says why a tool failed. */
const ERROR = /(?:^|[^\w])(?:error|fatal|panic)(?::| )|\bfailed\b/im;

/** Finds texts in a log, and marks them without changing it. */
export class Search {
  private found: Range[] = [];
  private at = -1;

  constructor(private readonly log: Log) {}

  /** @returns how many there are, up to MOST */
  look(text: string): number {
    const wanted = text.toLowerCase();
    this.found = [];
    this.at = -1;
    if (wanted !== '') {
      for (const block of this.log.blocks()) {
        if (this.found.length >= MOST) break;
        this.found.push(...rangesIn(block, wanted, MOST - this.found.length));
      }
    }
    mark('found', this.found);
    mark('current', []);
    return this.found.length;
  }

  /** Goes to another place. @returns its number from 1, 0: there is none */
  step(by: 1 | -1): number {
    if (this.found.length === 0) return 0;
    this.at =
      this.at < 0 ? (by > 0 ? 0 : this.found.length - 1) : (this.at + by + this.found.length) % this.found.length;
    const range = this.found[this.at]!;
    mark('current', [range]);
    show(range);
    return this.at + 1;
  }

  /** Goes to the first line that says that something failed, or that went to the error stream. */
  firstError(): boolean {
    for (const block of this.log.blocks()) {
      const match = ERROR.exec(block.textContent ?? '');
      const stderr = block.querySelector('.stderr');
      if (!match && !stderr) continue;
      const range = match ? rangeOf(block, match.index, match.index + match[0].length) : rangeAround(stderr!);
      mark('current', [range]);
      show(range);
      return true;
    }
    return false;
  }
}

function rangesIn(block: HTMLElement, wanted: string, most: number): Range[] {
  const text = (block.textContent ?? '').toLowerCase();
  const found: Range[] = [];
  for (let at = text.indexOf(wanted); at !== -1 && found.length < most; at = text.indexOf(wanted, at + wanted.length)) {
    found.push(rangeOf(block, at, at + wanted.length));
  }
  return found;
}

function rangeAround(element: Element): Range {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range;
}

/** Characters of a block, whatever elements they lie in. */
function rangeOf(block: HTMLElement, from: number, to: number): Range {
  const range = document.createRange();
  const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let before = 0;
  let isBegun = false;
  for (let node = texts.nextNode() as Text | null; node; node = texts.nextNode() as Text | null) {
    const end = before + node.length;
    if (!isBegun && from < end) {
      range.setStart(node, from - before);
      isBegun = true;
    }
    if (isBegun && to <= end) {
      range.setEnd(node, to - before);
      return range;
    }
    before = end;
  }
  range.selectNodeContents(block);
  return range;
}

function mark(name: string, ranges: readonly Range[]): void {
  // Some browsers have none: they scroll there all the same.
  if (!('highlights' in CSS)) return;
  if (ranges.length === 0) CSS.highlights.delete(name);
  else CSS.highlights.set(name, new Highlight(...ranges));
}

function show(range: Range): void {
  const element = range.startContainer.parentElement;
  const step = element?.closest('details');
  if (step) step.open = true;
  // First its block, so that it is laid out; then the place within.
  element?.scrollIntoView({ block: 'center' });
  const { top } = range.getBoundingClientRect();
  scrollBy({ top: top - innerHeight / 2 });
}

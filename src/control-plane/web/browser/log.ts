/** Lines of one block, as the server makes them. */
const BLOCK_LINES = 200;

/** A log on the page: pieces by steps, each of blocks that the browser lays out when they are seen. */
export class Log {
  constructor(readonly root: HTMLElement) {}

  /** What follows the end. */
  append(html: string): void {
    join(this.root, fragmentOf(html));
  }

  /** Blocks in their order. */
  blocks(): HTMLElement[] {
    return [...this.root.querySelectorAll('pre')];
  }
}

/** What comes before a log, gathered until all of it is there. */
export class Before {
  private readonly gathered = document.createElement('div');

  add(html: string): void {
    join(this.gathered, fragmentOf(html));
  }

  putBefore(root: HTMLElement): void {
    const later = document.createDocumentFragment();
    later.append(...root.children);
    join(this.gathered, later);
    root.replaceChildren(...this.gathered.children);
  }
}

function fragmentOf(html: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

/** Puts pieces behind others; the same step goes on where it ended. */
function join(root: Element, pieces: DocumentFragment): void {
  for (const piece of [...pieces.children] as HTMLElement[]) {
    const last = root.lastElementChild;
    if (last instanceof HTMLElement && last.dataset.step === piece.dataset.step) {
      for (const block of piece.querySelectorAll('pre')) joinBlock(last, block);
    } else root.append(piece);
  }
}

/** A block that is short, or ends within a line, takes what follows. */
function joinBlock(piece: HTMLElement, block: HTMLElement): void {
  const last = piece.lastElementChild;
  const lines = last instanceof HTMLPreElement ? Number(last.dataset.lines) : BLOCK_LINES;
  if (last instanceof HTMLPreElement && (lines + Number(block.dataset.lines) <= BLOCK_LINES || isWithinLine(last))) {
    last.append(...block.childNodes);
    last.dataset.lines = String(lines + Number(block.dataset.lines));
    last.classList.toggle('full', Number(last.dataset.lines) >= BLOCK_LINES);
  } else piece.append(block);
}

const isWithinLine = (block: Element): boolean => !(block.lastChild?.textContent ?? '').endsWith('\n');

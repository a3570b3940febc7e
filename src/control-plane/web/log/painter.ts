import { html } from 'hono/html';
import { VisibleText } from '../../../text/visible';
import type { LogRecord } from '../../store/records';
import type { Html } from '../html';
import { sections, type LogSection } from './sections';
import { classesOf, parametersOf, PLAIN, styled, type TextStyle } from './style';

/** Lines of one block: a browser lays out those that are seen. */
const BLOCK_LINES = 200;

const COLOUR = /\u001b\[([\d;:]*)m/;

/** Where a log goes on: behind which record, in which colours. */
export interface LogPlace {
  readonly after: number;
  readonly style: TextStyle;
}

/** @returns undefined for what is none */
export function parsePlace(text: string): LogPlace | undefined {
  const [, after, parameters = ''] = /^(\d{1,15})(?:\.([\d;]{1,40}))?$/.exec(text) ?? [];
  return after === undefined ? undefined : { after: Number(after), style: styled(PLAIN, parameters || '0') };
}

export function formatPlace({ after, style }: LogPlace): string {
  const parameters = parametersOf(style);
  return parameters === '' ? String(after) : `${after}.${parameters}`;
}

/** Makes HTML of a log piece by piece: colours become classes, and everything else that a terminal obeys visible. */
export class LogPainter {
  private visible = new VisibleText('kept');
  private style: TextStyle;
  private after: number;
  private of = '';

  constructor(place: LogPlace) {
    this.style = place.style;
    this.after = place.after;
  }

  get place(): LogPlace {
    return { after: this.after, style: this.style };
  }

  /** The records that follow. @param isEnd whether nothing is held back for what may follow */
  paint(records: readonly LogRecord[], isEnd: boolean): Html {
    const all = sections(records);
    const lastStep = all.findLastIndex(({ step }) => step !== '');
    const painted = all.map((section, index) => {
      // What `init` fetches is long and seldom of interest once a plan follows.
      const isOpen = section.step !== 'init' || index === lastStep;
      return this.section(section, isOpen, isEnd || index < all.length - 1);
    });
    this.after = records.at(-1)?.id ?? this.after;
    return html`${painted}`;
  }

  private section(section: LogSection, isOpen: boolean, isEnd: boolean): Html {
    const { step, attempt, records } = section;
    const of = step === '' ? '' : `${attempt}/${step}`;
    if (of !== this.of && this.of !== '') this.style = PLAIN;
    this.of = of;
    const blocks = new Blocks();
    for (const { stream, text } of records) this.text(blocks, stream, this.visible.write(text));
    if (isEnd) {
      // Its colours go on.
      const rest = this.visible.end().replace(/\u001b\[0m$/, '');
      this.text(blocks, records.at(-1)?.stream ?? 'stdout', rest);
      this.visible = new VisibleText('kept');
    }
    const pieces = blocks.all();
    if (step === '') return html`<div class="system" data-step="">${pieces}</div>`;
    return html`<details data-step="${of}" ${isOpen ? 'open' : ''}>
      <summary>${step} <span class="muted small">attempt ${attempt}</span></summary>
      ${pieces}
    </details>`;
  }

  private text(blocks: Blocks, stream: LogRecord['stream'], visible: string): void {
    // Every second piece is a colour.
    visible.split(COLOUR).forEach((piece, at) => {
      if (at % 2 === 1) this.style = styled(this.style, piece);
      else blocks.add(piece, [...(stream === 'stdout' ? [] : [stream]), ...classesOf(this.style)]);
    });
  }
}

/** A text with its classes, cut at ends of lines. */
class Blocks {
  private readonly done: Html[] = [];
  private pieces: (Html | string)[] = [];
  private lines = 0;

  add(text: string, classes: readonly string[]): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.lines += 1;
      if (this.lines < BLOCK_LINES) continue;
      this.push(text.slice(from, at + 1), classes);
      this.end();
      from = at + 1;
    }
    this.push(text.slice(from), classes);
  }

  all(): readonly Html[] {
    if (this.pieces.length > 0) this.end();
    return this.done;
  }

  private push(text: string, classes: readonly string[]): void {
    if (text === '') return;
    this.pieces.push(classes.length === 0 ? text : html`<span class="${classes.join(' ')}">${text}</span>`);
  }

  private end(): void {
    this.done.push(
      html`<pre data-lines="${this.lines}" ${this.lines < BLOCK_LINES ? '' : html`class="full"`}>${this.pieces}</pre>`,
    );
    this.pieces = [];
    this.lines = 0;
  }
}

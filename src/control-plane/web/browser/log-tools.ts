import { button, element } from './elements';
import { Before, Log } from './log';
import { Search } from './search';

interface LogPart {
  readonly html: string;
  readonly next: string;
  readonly last: number;
}

/** The tools of a log: search, the first error, following, and what lies before what the page had first. */
export class LogTools {
  private readonly log: Log;
  private readonly search: Search;
  private readonly said = element('span', { role: 'status', className: 'muted small' });
  private readonly following = button('Follow', () => this.setFollowing(this.following.ariaPressed !== 'true'));
  private readonly field = element('input', { type: 'search', id: 'log-search', autocomplete: 'off' });
  private earlier: Promise<boolean> | undefined;
  private looked = '';
  private found = 0;

  constructor(root: HTMLElement, place: HTMLElement) {
    this.log = new Log(root);
    this.search = new Search(this.log);
    const label = element('label', { htmlFor: this.field.id, textContent: 'Search' });
    const form = element('form', { className: 'search' });
    form.role = 'search';
    form.append(
      label,
      this.field,
      button('Previous', () => void this.find(-1)),
      button('Next', () => void this.find(1)),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.find(1);
    });
    this.field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !event.shiftKey) return;
      event.preventDefault();
      void this.find(-1);
    });
    place.append(
      button('First error', () => void this.firstError()),
      this.following,
      form,
      this.said,
    );
    this.setFollowing(false);
    addEventListener('wheel', ({ deltaY }) => deltaY < 0 && this.setFollowing(false), { passive: true });
    addEventListener('keydown', ({ key }) => ['PageUp', 'ArrowUp', 'Home'].includes(key) && this.setFollowing(false));
    addEventListener('touchmove', () => this.setFollowing(false), { passive: true });
    const first = document.getElementById('log-earlier');
    if (first) this.loadWhenSeen(first);
  }

  /** What came over the stream. */
  append(data: string): void {
    this.log.append((JSON.parse(data) as { readonly html: string }).html);
    if (this.following.ariaPressed === 'true') this.toEnd();
  }

  private setFollowing(isFollowing: boolean): void {
    this.following.ariaPressed = String(isFollowing);
    if (isFollowing) this.toEnd();
  }

  private toEnd(): void {
    document.getElementById('end')?.scrollIntoView({ block: 'end' });
  }

  private async find(by: 1 | -1): Promise<void> {
    this.setFollowing(false);
    if (!(await this.loadEarlier())) return;
    const text = this.field.value;
    if (text !== this.looked) this.found = this.search.look(text);
    this.looked = text;
    const at = this.search.step(by);
    this.said.textContent = text === '' ? '' : this.found === 0 ? 'It is not in the log.' : `${at} of ${this.found}`;
  }

  private async firstError(): Promise<void> {
    this.setFollowing(false);
    if (!(await this.loadEarlier())) return;
    this.said.textContent = this.search.firstError() ? '' : 'No error is in the log.';
  }

  private loadWhenSeen(place: HTMLElement): void {
    const link = place.querySelector('a');
    link?.addEventListener('click', (event) => {
      event.preventDefault();
      void this.loadEarlier().then(() => scrollTo({ top: this.log.root.offsetTop }));
    });
  }

  /** Once for all who need it. @returns whether all of the log is there */
  private loadEarlier(): Promise<boolean> {
    return (this.earlier ??= this.load().then(
      () => true,
      () => {
        this.earlier = undefined;
        this.said.textContent = 'The earlier part of the log could not be loaded; try again.';
        return false;
      },
    ));
  }

  private async load(): Promise<void> {
    const place = document.getElementById('log-earlier');
    const { from, first = '1' } = place?.dataset ?? {};
    if (!place || !from) return;
    const most = Number(first) - 1;
    const before = new Before();
    for (let next = '0', last = 0; last < most;) {
      this.said.textContent = `Loading the earlier part: ${Math.floor((last / most) * 100)} %`;
      const answer = await fetch(`${from}?after=${next}&before=${first}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const part = (await answer.json()) as LogPart;
      if (part.last <= last) break; // What there was is deleted.
      before.add(part.html);
      ({ next, last } = part);
    }
    before.putBefore(this.log.root);
    place.remove();
    this.said.textContent = '';
  }
}

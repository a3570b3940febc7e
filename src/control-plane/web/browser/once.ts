import { element } from './elements';

/** How long a form that was sent is not sent again: a click too many is soon, and what went wrong may be tried again. */
const ONCE_MS = 5_000;
/** After which somebody wonders whether anything happens. */
const SLOW_MS = 700;

/** Lets a form be sent once, however often its button is pressed, and says so when that takes long. */
export function sendOnce(): void {
  addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '';
    setTimeout(() => delete form.dataset.sent, ONCE_MS);
    const said = element('p', { role: 'status', className: 'muted small sending' });
    form.append(said);
    setTimeout(() => (said.textContent = 'It is being sent …'), SLOW_MS);
  });
  // A page that comes back from the browser's memory is as it was left.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sent]')) delete form.dataset.sent;
    for (const said of document.querySelectorAll('.sending')) said.remove();
  });
}

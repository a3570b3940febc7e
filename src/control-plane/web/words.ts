import { html } from 'hono/html';
import type { RunState } from '../store/records';
import type { Html } from './layout';

const MOODS: Readonly<Record<RunState, 'good' | 'bad' | 'waiting' | 'live' | ''>> = {
  QUEUED: 'waiting',
  PREPARING: 'live',
  PLANNING: 'live',
  UNCONFIRMED: 'waiting',
  CONFIRMED: 'waiting',
  PREPARING_APPLY: 'live',
  APPLYING: 'live',
  FINISHED: 'good',
  FAILED: 'bad',
  STOPPED: '',
  CANCELED: '',
  DISCARDED: '',
};

/** The state of a run in its colour; the word alone says everything, too. */
export function stateWord(state: RunState): Html {
  return html`<span class="state ${MOODS[state]}">${state.replace('_', ' ').toLowerCase()}</span>`;
}

export function runLink(id: string): Html {
  return html`<a href="/runs/${id}"><code>${id}</code></a>`;
}

/** A moment, for people and for programs. */
export function moment(milliseconds: number): Html {
  const iso = new Date(milliseconds).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** How long ago a moment was; the moment itself is its tooltip. */
export function age(milliseconds: number, now: number): Html {
  const iso = new Date(milliseconds).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${duration(now - milliseconds)} ago</time>`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a span of milliseconds, as in "3 min 20 s". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  return UNITS.slice(first, first + 2)
    .map(
      ([unit, size], index) => [Math.floor((index === 0 ? seconds : seconds % UNITS[first]![1]) / size), unit] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

import { html } from 'hono/html';
import { spanInWords } from '../../time';
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
  return html`<time datetime="${iso}" title="${iso}">${spanInWords(now - milliseconds)} ago</time>`;
}

export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

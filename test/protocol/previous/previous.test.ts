/*
 * Parts of two versions that talk to each other while an installation is upgraded or rolled back. What the version before
 * sent and took is recorded in messages.json, because a shallow clone has no history. With each release it is written anew, from
 * the release before: `describeMessages` of its src/protocol/messages, as indented JSON.
 */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as messages from '../../../src/protocol/messages';
import { describeMessages, type Described } from './describe';
import { refusals, type Schema } from './refusals';

const before = JSON.parse(readFileSync(new URL('messages.json', import.meta.url), 'utf8')) as Record<string, Described>;
const now = describeMessages(messages);

const isRequest = (name: string): boolean => name.endsWith('Request');
const requests = Object.keys(before).filter(isRequest);
const answers = Object.keys(before).filter((name) => !isRequest(name));

const between = (sender: Described | undefined, taker: Described | undefined): string[] =>
  refusals((sender?.sent ?? {}) as Schema, (taker?.taken ?? {}) as Schema);

describe('a control plane of this version beside controllers and launchers of the version before', () => {
  test.each(requests)('takes their %s', (name) => {
    expect(between(before[name], now[name])).toEqual([]);
  });

  test.each(answers)('is understood when it answers %s', (name) => {
    expect(between(now[name], before[name])).toEqual([]);
  });
});

/** What this version sends to no control plane of the version before, although its schema has it, and why. */
const NEVER_SENT_BACK: Readonly<Record<string, string>> = {
  '.reason: "PolicyDenied"':
    'init evaluates no policy where RunSpec lacks policySubject (src/launcher/init/policy/gate.ts)',
  '.report.reason: "PolicyDenied"': 'the controller has it from init',
};

describe('a control plane of the version before beside controllers and launchers of this one', () => {
  test.each(requests)('takes their %s', (name) => {
    const refused = between(now[name], before[name]);
    expect(refused.filter((what) => !(what in NEVER_SENT_BACK))).toEqual([]);
  });

  test.each(answers)('is understood when it answers %s', (name) => {
    expect(between(before[name], now[name])).toEqual([]);
  });
});

test('every exception is one', () => {
  const refused = requests.flatMap((name) => between(now[name], before[name]));
  expect(refused).toEqual(expect.arrayContaining(Object.keys(NEVER_SENT_BACK)));
});

test('there is no message of the version before that this one lacks', () => {
  expect(Object.keys(now)).toEqual(expect.arrayContaining(Object.keys(before)));
});

/** What these pages quote is what the programs print, so that people find it by the sentence before them. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fencesOf, placeOf, squeezed } from './support/fences';
import { Sentences } from './support/sentences';

const PAGES = ['docs/operations/troubleshooting.md', 'docs/guides/control-plane.md'];

const quotes = PAGES.flatMap((page) => fencesOf(page)).filter(({ language }) => language === 'text');
const ours = quotes.filter(({ flags }) => !flags.has('foreign'));
const foreign = quotes.filter(({ flags }) => flags.has('foreign'));

describe('the sentences that pages quote', () => {
  const sentences = Sentences.ofSources('src');

  it.each(ours.map((fence) => [placeOf(fence), squeezed(fence.code)]))('%s is printed: %s', (_, sentence) => {
    expect(sentences.make(sentence)).toBe(true);
  });

  it('are many', () => expect(ours.length).toBeGreaterThan(40));
});

describe('the sentences of Kubernetes and Helm that they quote', () => {
  const tests = readdirSync('test/integration').map((name) => readFileSync(join('test/integration', name), 'utf8'));

  it.each(foreign.map((fence) => [placeOf(fence), squeezed(fence.code)]))('%s is met in a test: %s', (_, sentence) => {
    expect(tests.filter((text) => text.includes(sentence))).not.toEqual([]);
  });
});

describe('the comparison with the sources', () => {
  const sentences = new Sentences([
    ['there is no Secret "', '" in namespace "', '"'],
    ['cannot retrieve workerpool token: ', ''],
    ['Unable to register worker pool: '],
    ['set'],
    ['The pool is set.'],
    ['Make room, or wait for ', '.'],
  ]);

  it.each([
    'there is no Secret "NAME" in namespace "NAMESPACE"',
    'There is no Secret "NAME" in namespace "NAMESPACE".',
    'Unable to register worker pool: cannot retrieve workerpool token: there is no Secret "A" in namespace "B"',
    'cannot retrieve workerpool token: …',
    'The pool is set. Make room, or wait for 3.',
  ])('finds: %s', (text) => expect(sentences.make(text)).toBe(true));

  it.each([
    'there is no secret "NAME" in namespace "NAMESPACE"',
    'there is no Secret "NAME" in the namespace "NAMESPACE"',
    'there is no Secret "my secret" in namespace "NAMESPACE"',
    'Unable to register worker pool: it is wrong',
    'set',
    'The pool is set. Make room.',
  ])('does not find: %s', (text) => expect(sentences.make(text)).toBe(false));
});

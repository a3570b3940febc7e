/** Whatever a subject may find, a case shows it, and the cases beside it show when it finds nothing. */
import { describe, expect, it } from '@jest/globals';
import { LEVELS, SUBJECTS } from '../../src/doctor';
import { withKinds, worstFirst, type Finding, type Level } from '../../src/doctor/finding';
import { crds } from './cases/crds';
import type { Cases } from './cases/fixtures';
import { budgets, quotas, storage, workers } from './cases/namespace';
import { controllers, pools, rights, versions } from './cases/operator';
import { clock, endpoints, images, pods, secrets } from './cases/pool';

const CASES: Readonly<Record<string, Cases>> = {
  ...{
    crds,
    controller: controllers,
    versions,
    rights,
    pools,
    secrets,
    endpoints,
    clock,
    pods,
    images,
    storage,
    quotas,
  },
  ...{ budgets, workers },
};

describe.each(SUBJECTS.map((subject) => [subject.name, subject] as const))('of %s', (name, subject) => {
  const { kinds } = subject;
  const { healthy, broken } = CASES[name]!;

  it.each(healthy.map((facts, index) => [index, facts] as const))('nothing is found in healthy case %i', (_, facts) => {
    expect(subject.findings(facts)).toEqual([]);
  });

  it('each kind of finding has cases', () => {
    expect(Object.keys(broken).sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(Object.entries(broken).flatMap(([code, all]) => all.map((facts, index) => [code, index, facts] as const)))(
    '%s is found in case %i, and nothing else',
    (code, _, facts) => {
      const found = withKinds(name, kinds, subject.findings(facts));
      expect(found.map((finding) => finding.code)).toEqual([code]);
      for (const { object, message, mend } of found) {
        for (const text of [object, message, mend]) expect(text).toMatch(/\w/);
        expect(`${object} ${message} ${mend}`).not.toMatch(/undefined|NaN|\[object/);
      }
    },
  );
});

describe('the codes', () => {
  it('are each of one subject, and in words that scripts can write', () => {
    const codes = SUBJECTS.flatMap(({ kinds }) => Object.keys(kinds));
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});

describe('a report', () => {
  const finding = (level: Level, code: string): Finding => ({
    level,
    code,
    subject: 's',
    object: 'o',
    message: 'm',
    mend: 'd',
  });

  it('has the worst first, and keeps the order of what is as bad', () => {
    const mixed = [finding('UNKNOWN', 'a'), finding('WARNING', 'b'), finding('FAILED', 'c'), finding('WARNING', 'd')];
    expect(worstFirst(mixed).map(({ code }) => code)).toEqual(['c', 'b', 'd', 'a']);
    expect(LEVELS[0]).toBe('FAILED');
  });
});

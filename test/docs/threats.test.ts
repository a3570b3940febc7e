import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ATTACKERS } from './threats';

const threats = ATTACKERS.flatMap((attacker) => attacker.threats);

describe('the threats', () => {
  it('have a name each', () => {
    const ids = threats.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index || !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });

  it.each(threats.map(({ id, proofs }) => [id, proofs] as const))(
    '%s names tests of files that are there',
    (_, proofs) => {
      expect(proofs.filter(({ file }) => !existsSync(`test/${file}`))).toEqual([]);
    },
  );
});

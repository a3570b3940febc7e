import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { askSecret } from '../../../src/cli/api/ask';

/** A terminal at which somebody presses keys. */
class Keyboard extends EventEmitter {
  isRaw = false;
  isReading = false;
  shown = '';

  readonly setEncoding = () => this as never;
  readonly resume = () => this.reading(true);
  readonly pause = () => this.reading(false);
  readonly setRawMode = (isRaw: boolean) => {
    this.isRaw = isRaw;
    return this as never;
  };

  asked(): Promise<string> {
    const write = (text: string | Uint8Array) => {
      this.shown += String(text);
      return true;
    };
    return askSecret('Secret: ', this as never, { write });
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.emit('data', key);
  }

  private reading(isReading: boolean) {
    this.isReading = isReading;
    return this as never;
  }
}

test.each([
  ['typed', ['s', 'e', 'c', '\r'], 'sec'],
  ['pasted', ['wpk_pasted\r'], 'wpk_pasted'],
  ['mended', ['s', 'x', '\u007f', 'ec', '\n'], 'sec'],
  ['emptied', ['s', '\b', '\b', '\r'], ''],
  ['ended by Ctrl+D', ['sec', '\u0004'], 'sec'],
  ['with keys that write nothing', ['s', '\u0001', 'ec', '\r'], 'sec'],
])('a secret that is %s is not shown', async (_, keys, secret) => {
  const keyboard = new Keyboard();
  const asked = keyboard.asked();
  expect(keyboard.isRaw).toBe(true);
  keyboard.press(...keys);
  expect(await asked).toBe(secret);
  expect(keyboard).toMatchObject({ shown: 'Secret: \n', isRaw: false, isReading: false });
  expect(keyboard.listenerCount('data')).toBe(0);
});

test('Ctrl+C ends the question, and leaves the terminal as it was', async () => {
  const keyboard = new Keyboard();
  const asked = keyboard.asked();
  keyboard.press('sec', '\u0003');
  await expect(asked).rejects.toThrow('broken off: nothing was changed');
  expect(keyboard).toMatchObject({ shown: 'Secret: \n', isRaw: false, isReading: false });
});

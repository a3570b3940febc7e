import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import type { ReadStream } from 'node:tty';
import { UserError } from '../run-program';

const [END_OF_TEXT, END_OF_INPUT, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f'];

/** Asks on the terminal, beside what the command prints. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

type Terminal = Pick<ReadStream, 'setRawMode' | 'setEncoding' | 'resume' | 'pause' | 'on' | 'off'>;

/** Asks without showing what is typed. @throws UserError after Ctrl+C */
export function askSecret(
  question: string,
  input: Terminal = process.stdin,
  output: Pick<NodeJS.WritableStream, 'write'> = process.stderr,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void) => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      settle();
    };
    const take = (pressed: string) => {
      for (const key of pressed) {
        if (key === '\r' || key === '\n' || key === END_OF_INPUT) return end(() => resolve(typed));
        if (key === END_OF_TEXT) return end(() => reject(new UserError('broken off: nothing was changed')));
        if (key === BACKSPACE || key === DELETE) typed = typed.slice(0, -1);
        else if (key >= ' ') typed += key;
      }
    };
    output.write(question);
    input.setRawMode(true);
    input.setEncoding('utf8');
    input.on('data', take);
    input.resume();
  });
}

/** What is piped in. */
export const readInput = (): Promise<string> => text(process.stdin);

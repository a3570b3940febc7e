import ora, { type Ora } from 'ora';
import { plainLines, type Progress } from '../local-cluster';
import { visibleName } from '../text/visible';

/** Progress for a person: one line that moves at a terminal, plain lines where the output is kept or piped. */
export function terminalProgress(): Progress {
  const progress = process.stderr.isTTY && !process.env.CI ? spinner() : plainLines;
  // What tasks say they are at are lines of other programs.
  return process.stderr.isTTY ? { ...progress, update: (text) => progress.update(visibleName(text)) } : progress;
}

function spinner(): Progress {
  let current: Ora | undefined;
  let title = '';
  return {
    start: (text, hint) => {
      title = hint ? `${text} (${hint})` : text;
      current?.stop();
      current = ora({ text: title, stream: process.stderr }).start();
    },
    update: (text) => {
      if (current) current.text = `${title}: ${text}`;
    },
    done: () => {
      current?.succeed(title);
      current = undefined;
    },
    fail: () => {
      current?.fail(title);
      current = undefined;
    },
  };
}

/*
 * Loaded by `--import` into a control plane, and by Node into the threads of its database: kills the process at the COMMIT
 * of a transaction on SQLite whose statements or values match. The file that the variable names holds the order, and is
 * removed when it is carried out.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';

const file = process.env.KILL_AT_COMMIT;
const { StatementSync } = process.getBuiltinModule('node:sqlite');

/** Of the transaction that is open; a thread has one writing connection. */
let said = '';

function order() {
  if (!existsSync(file)) return undefined;
  const { pattern, side } = JSON.parse(readFileSync(file, 'utf8'));
  return new RegExp(pattern).test(said) ? side : undefined;
}

function die() {
  rmSync(file);
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing more is to be done by this thread.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

for (const name of ['run', 'all']) {
  const original = StatementSync.prototype[name];
  StatementSync.prototype[name] = function (...values) {
    const sql = this.sourceSQL;
    if (/^begin/i.test(sql)) said = '';
    said += `${sql} ${values.join(' ')}; `;
    if (!/^commit/i.test(sql)) return original.apply(this, values);
    const side = order();
    if (side === 'before') die();
    const result = original.apply(this, values);
    if (side === 'after') die();
    return result;
  };
}

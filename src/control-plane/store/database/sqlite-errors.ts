import { ConfigurationError } from '../../errors';

/** By SQLite's result codes, without what extends them. */
const SENTENCES: Readonly<Record<number, string>> = {
  3: 'may not be opened by this user: give it to the user that the control plane runs as',
  8: 'cannot be written to: give file and folder to the user that the control plane runs as, on a volume that is writable',
  10: 'cannot be read or written: look at the disk, and at what the system says of it',
  11: 'is damaged: restore a backup',
  13: 'cannot be written to, because the disk is full: give the volume more room',
  14: 'cannot be opened: give file and folder to the user that the control plane runs as',
  26: 'is no database of SQLite: name the folder of a control plane, or an empty one',
};

/** Says what is wrong with a file of SQLite, where it is and what to do. */
export function explain(error: unknown, path: string): unknown {
  const { errcode, message } = error as { errcode?: number; message: string };
  const sentence = errcode === undefined ? undefined : SENTENCES[errcode & 0xff];
  return sentence === undefined ? error : new ConfigurationError(`the database ${path} ${sentence} (${message})`);
}

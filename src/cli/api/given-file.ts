import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../run-program';

/** What is in a file that somebody named. @param by the flag or setting that names it @throws UserError */
export function readGiven(path: string, by: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${by}: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The same of one that people mistype more than they lack rights to it. */
export function readExisting(path: string, by: string): string {
  if (!existsSync(path)) throw new UserError(`${by}: there is no file ${path}`);
  return readGiven(path, by);
}

import { malformed, type RequestError } from '../errors';
import { isUniqueViolation } from '../store/database/database';

/** @param what with its article, such as `a webhook` */
export const taken = (what: string, name: string): RequestError =>
  malformed('name', `${what} is named ${name} already: take another name, or change or delete that one`);

/** Writes what must be the only one of its name. @throws RequestError `malformed` where it is not */
export async function refuseTwice<T>(what: string, name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw isUniqueViolation(error) ? taken(what, name) : error;
  }
}

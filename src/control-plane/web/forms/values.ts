import { malformed, RequestError } from '../../errors';

/** What a form was sent with. */
export class Values {
  private constructor(private readonly all: ReadonlyMap<string, string>) {}

  /** @param text the body; files are read as text. @throws RequestError `malformed` */
  static async read(text: string, contentType: string | undefined): Promise<Values> {
    if (text === '') return new Values(new Map());
    try {
      const data = await new Response(text, { headers: { 'Content-Type': contentType ?? '' } }).formData();
      const all = new Map<string, string>();
      for (const [name, value] of data) {
        all.set(name, (typeof value === 'string' ? value : await value.text()).replaceAll('\r\n', '\n'));
      }
      return new Values(all);
    } catch {
      throw new RequestError('malformed', 'what was sent is no form');
    }
  }

  /** A file that was chosen stands for a text that was left empty. */
  text(name: string): string {
    return this.all.get(name) || this.all.get(fileOf(name)) || '';
  }

  line(name: string): string {
    return this.text(name).trim();
  }

  /** Undefined where nothing was typed. */
  optional(name: string): string | undefined {
    return this.line(name) || undefined;
  }

  isChecked(name: string): boolean {
    return this.text(name) !== '';
  }

  /** The lines that are not empty. */
  lines(name: string): string[] {
    return this.text(name)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }

  /** @throws RequestError that names the field */
  count(name: string, what: string): number | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw malformed(name, `${what} is a number of at most nine digits, or empty`);
  }
}

/** A form that was refused, with what was typed. */
export interface Refused {
  readonly values: Values;
  readonly error: RequestError;
}

/** The field of a file that may be chosen instead of typing a text. */
export const fileOf = (name: string): string => `${name}File`;

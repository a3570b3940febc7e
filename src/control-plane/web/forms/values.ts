import { isUtf8 } from 'node:buffer';
import { malformed, RequestError } from '../../errors';

/** A file that holds no text. */
export interface BinaryFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a form was sent with. */
export class Values {
  private constructor(
    private readonly all: ReadonlyMap<string, string>,
    private readonly binaries: ReadonlyMap<string, BinaryFile> = new Map(),
  ) {}

  static of(all: Iterable<readonly [name: string, value: string]>): Values {
    return new Values(new Map(all));
  }

  /** @param body as it was sent; files are read as text, if they are. @throws RequestError `malformed` */
  static async read(body: Uint8Array<ArrayBuffer>, contentType: string | undefined): Promise<Values> {
    if (body.length === 0) return new Values(new Map());
    const all = new Map<string, string>();
    const binaries = new Map<string, BinaryFile>();
    for (const [name, value] of await formData(body, contentType)) {
      if (typeof value === 'string') add(all, name, value.replaceAll('\r\n', '\n'));
      else if (value.size > 0) {
        const bytes = new Uint8Array(await value.arrayBuffer());
        if (isText(bytes)) all.set(name, new TextDecoder().decode(bytes));
        else binaries.set(name, { name: value.name, bytes });
      }
    }
    if (binaries.size === 0 && !isUtf8(body)) throw new RequestError('malformed', 'what was sent is not UTF-8');
    return new Values(all, binaries);
  }

  /** By name, for a form that is to be sent later. */
  entries(): [name: string, value: string][] {
    return [...this.all];
  }

  /** What was typed, or chosen as a file: that counts where both are there. @throws RequestError for a file that is no text */
  text(name: string): string {
    const file = this.binary(name);
    if (file) throw malformed(name, `the file ${JSON.stringify(file.name.slice(0, 100))} is not text`);
    return this.shown(name);
  }

  /** The same, for the form that is shown again. */
  shown(name: string): string {
    return this.all.get(fileOf(name)) || this.typed(name);
  }

  typed(name: string): string {
    return this.all.get(name) ?? '';
  }

  /** A file that was chosen and is no text. */
  binary(name: string): BinaryFile | undefined {
    return this.binaries.get(fileOf(name));
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

  /** One of several words; undefined where none was chosen. @throws RequestError that names the field */
  choice<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    const word = words.find((each) => each === text);
    if (word !== undefined || text === '') return word;
    throw malformed(name, `${name} "${text.slice(0, 40)}" is not allowed: it is one of ${words.join(', ')}`);
  }

  /** The lines that are not empty; of several boxes those that are checked. */
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

async function formData(body: Uint8Array<ArrayBuffer>, contentType: string | undefined): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'Content-Type': contentType ?? '' } }).formData();
  } catch {
    throw new RequestError('malformed', 'what was sent is no form');
  }
}

function add(all: Map<string, string>, name: string, value: string): void {
  const before = all.get(name);
  all.set(name, before === undefined ? value : `${before}\n${value}`);
}

/** A text has no NUL, which every other kind of file has soon. */
const isText = (bytes: Uint8Array): boolean => isUtf8(bytes) && !bytes.includes(0);

/** What a form is shown again with. */
export interface Sent {
  readonly values: Values;
  /** Why it was refused. @default - it was not looked at yet */
  readonly error?: RequestError;
  /** What is to be said first. @default - why it was refused, where that is said beside no field */
  readonly note?: string;
}

/** The field of a file that may be chosen instead of typing a text. */
export const fileOf = (name: string): string => `${name}File`;

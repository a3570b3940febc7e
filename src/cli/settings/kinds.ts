import { isIPv6 } from 'node:net';
import { z } from 'zod';

/** How the value of a setting is written, and which values it may have. */
export interface Kind<T> {
  /** What stands for the value in help; none for a switch. */
  readonly placeholder?: string;
  /** Ends the sentence "it must be". */
  readonly allowed: string;
  /** Of a value in the file. */
  readonly schema: z.ZodType<T>;
  /** Reads a flag or a variable; what it gives is checked as a value in the file is. */
  readonly fromText: (text: string) => unknown;
}

const asIs = (value: string): string => value;

export const text = (placeholder: string, least = 1): Kind<string> => ({
  placeholder,
  allowed: least === 1 ? 'a text that is not empty' : `a text of at least ${least} characters`,
  schema: z.string().min(least),
  fromText: asIs,
});

export const listOfTexts = (placeholder: string): Kind<readonly string[]> => ({
  placeholder,
  allowed: 'a list of texts, none of them empty',
  schema: z.array(z.string().min(1)),
  fromText: (value) => value.split(',').map((each) => each.trim()),
});

export const wholeNumber = (placeholder: string, least: number, most = Infinity): Kind<number> => ({
  placeholder,
  allowed: `a whole number from ${least} ${most === Infinity ? 'up' : `to ${most}`}`,
  schema: z.number().int().min(least).max(most),
  fromText: (value) => (/^\d+$/.test(value) ? Number(value) : value),
});

export const port = (): Kind<number> => wholeNumber('port', 0, 65535);

/** On or off; its flag has no value. */
export const toggle = (): Kind<boolean> => ({
  allowed: 'true or false',
  schema: z.boolean(),
  fromText: (value) => ({ true: true, false: false })[value.toLowerCase()] ?? value,
});

export const oneOf = <const T extends string>(placeholder: string, values: readonly T[]): Kind<T> => ({
  placeholder,
  allowed: `one of ${values.join(', ')}`,
  schema: z.enum(values),
  fromText: asIs,
});

/** A URL as a schema allows it; without the slash at its end. */
export const url = (allowed: string, schema: z.ZodType<string>): Kind<string> => ({
  placeholder: 'url',
  allowed,
  schema: schema.transform((value) => value.replace(/\/+$/, '')),
  fromText: asIs,
});

export interface Address {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]\s/]*)):(?<port>\d{1,5})$/;

/** Where to listen: `localhost:8443`, `10.0.0.5:8443`, `[::1]:0`; `:8443` is every address of the machine. */
export const listenAddress = (): Kind<Address> => ({
  placeholder: 'host:port',
  allowed: 'host:port, like localhost:8443, [::1]:0 or, for every address, :8443',
  schema: z.string().transform((value, context): Address => {
    const { v6, name = '', port: digits } = ADDRESS.exec(value)?.groups ?? {};
    const found = Number(digits);
    if (digits !== undefined && found <= 65535 && (v6 === undefined || isIPv6(v6))) {
      return { host: v6 ?? (name === '' ? '::' : name), port: found };
    }
    context.addIssue({ code: 'custom', message: 'not an address' });
    return z.NEVER;
  }),
  fromText: asIs,
});

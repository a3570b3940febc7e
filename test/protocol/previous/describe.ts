import { z } from 'zod';

/** A message as JSON Schema, as who sends it makes it and as who gets it takes it. */
export interface Described {
  readonly sent: object;
  readonly taken: object;
}

/** Every message of the worker protocol, by its name. */
export function describeMessages(messages: Readonly<Record<string, unknown>>): Record<string, Described> {
  const named = Object.entries(messages).filter(
    (entry): entry is [string, z.ZodType] =>
      /(Request|Response|RunSpec|WorkerViews)$/.test(entry[0]) && entry[1] instanceof z.ZodType,
  );
  const described = named.map(([name, message]): [string, Described] => {
    const as = (io: 'input' | 'output'): object => z.toJSONSchema(message, { io, unrepresentable: 'any' });
    return [name, { sent: as('output'), taken: as('input') }];
  });
  return Object.fromEntries(described.sort(([a], [b]) => (a < b ? -1 : 1)));
}

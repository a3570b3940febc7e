import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { UserError } from '../run-program';
import type { ApiClient } from './client';
import { output, type OutputFlags } from './formats';
import { Outage } from './outage';
import { columns, print, printData, printNames } from './output';

/** How often a list is looked at that is watched. */
const WATCH_MS = 2_000;

export interface WatchFlags extends OutputFlags {
  readonly watch?: boolean;
}

export const withWatch = (command: Command): Command =>
  command.option('-w, --watch', 'go on, and print what is new or changes; Ctrl-C ends it');

export interface List<T extends { readonly id: string }> {
  readonly head: readonly string[];
  readonly row: (item: T) => readonly string[];
  readonly ask: () => Promise<readonly T[]>;
}

/** Prints a list; with --watch then each item that is new or has changed, until somebody ends it. */
export async function showList<T extends { readonly id: string }>(
  client: ApiClient,
  flags: WatchFlags,
  { head, row, ask }: List<T>,
): Promise<void> {
  const first = await ask();
  const { text, line } = columns([head, ...first.map(row)]);
  if (flags.watch && flags.output) for (const item of first) printItem(flags, item, '');
  else
    output(
      flags,
      first,
      first.map(({ id }) => id),
      text,
    );
  if (!flags.watch) return;
  let known = new Map(first.map((item) => [item.id, JSON.stringify(item)]));
  await again(client, async () => {
    const items = await ask();
    for (const item of items) {
      if (known.get(item.id) !== JSON.stringify(item)) printItem(flags, item, line(row(item)));
    }
    known = new Map(items.map((item) => [item.id, JSON.stringify(item)]));
  });
}

/** Prints what one command shows of one thing; with --watch again whenever it has changed. */
export async function showWhole<T extends { readonly id: string }>(
  client: ApiClient,
  flags: WatchFlags,
  ask: () => Promise<T>,
  textOf: (value: T) => string,
): Promise<void> {
  let known = await ask();
  output(flags, known, known.id, textOf(known));
  if (!flags.watch) return;
  await again(client, async () => {
    const value = await ask();
    if (JSON.stringify(value) !== JSON.stringify(known)) printItem(flags, value, `\n${textOf(value)}`);
    known = value;
  });
}

/** One of many, so that a program can tell where it ends: JSON on a line, YAML as a document. */
function printItem({ output: format }: OutputFlags, item: { readonly id: string }, text: string): void {
  if (format === 'json') printData(item, 'json-line');
  else if (format === 'yaml') printData(item, 'yaml-document');
  else if (format === 'name') printNames([item.id]);
  else print(text);
}

async function again(client: ApiClient, look: () => Promise<void>): Promise<never> {
  const outage = new Outage(client, 'what changes is printed once it is back. Ctrl-C ends this command');
  for (;;) {
    await sleep(WATCH_MS);
    try {
      await look();
      outage.isOver();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await outage.wait(error);
    }
  }
}

import type { Found, Kinds } from './finding';
import type { Scene } from './scene';
import type { ClusterView } from './view';

/** What a subject may look at. */
export interface Look {
  readonly view: ClusterView;
  readonly scene: Scene;
}

/** One thing that is looked at: `gather` reads, `findings` judges what was read and nothing else. */
export interface Subject<Facts = unknown, Code extends string = string> {
  /** A word for flags and reports. */
  readonly name: string;
  /** What is looked at, for the page of checks. */
  readonly looksAt: string;
  readonly kinds: Kinds<Code>;
  gather(look: Look): Promise<Facts>;
  findings(facts: Facts): Found<Code>[];
}

/** Keeps the types of a subject, and gives it out as one of many. */
export const subject = <Facts, Code extends string>(of: Subject<Facts, Code>): Subject => of;

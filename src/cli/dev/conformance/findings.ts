import { parse } from 'yaml';

/** What a tool says against one object. */
export interface Finding {
  readonly tool: string;
  /** The tool's own name of the rule. */
  readonly rule: string;
  /** `Kind/name`, or the file where the rule is about one. */
  readonly object: string;
  /** What was given to the tool: a rendering of a chart, a file of the synth output, an example. */
  readonly input: string;
  readonly message: string;
}

/** Why findings of a rule on some objects are left as they are. */
export interface Waiver {
  readonly tool: string;
  readonly rule: string;
  /** As in a finding; `*` stands for any characters. */
  readonly object: string;
  /** Only findings that say this, `*` as above. @default - whatever they say */
  readonly message?: string;
  readonly reason: string;
}

/** Findings against the waivers. */
export interface Verdict {
  /** What fails the check. */
  readonly open: readonly Finding[];
  readonly waived: readonly Finding[];
  /** Waivers that nothing needs any more; they fail the check too, so that the file stays true. */
  readonly unused: readonly Waiver[];
}

const NEEDED = ['tool', 'rule', 'object', 'reason'];
const KNOWN = [...NEEDED, 'message'];

/**
 * Reads the waivers' file: a list of maps, each with a tool, a rule, an object and a reason.
 *
 * @throws Error that names the entry and what is wrong with it
 */
export function parseWaivers(text: string): Waiver[] {
  const entries: unknown = parse(text) ?? [];
  if (!Array.isArray(entries)) throw new Error('the waivers are not a list');
  return entries.map((entry: unknown, index) => {
    const given = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    for (const key of NEEDED) {
      const value = given[key];
      if (typeof value === 'string' && value.trim() !== '') continue;
      throw new Error(`waiver ${index + 1} has no ${key}: each needs ${NEEDED.join(', ')}`);
    }
    const unknown = Object.keys(given).find((key) => !KNOWN.includes(key));
    if (unknown !== undefined) throw new Error(`waiver ${index + 1} has the unknown key ${unknown}`);
    return given as unknown as Waiver;
  });
}

/** Sorts the findings into those that are waived and those that are not. */
export function judge(findings: readonly Finding[], waivers: readonly Waiver[]): Verdict {
  const used = new Set<Waiver>();
  const open: Finding[] = [];
  const waived: Finding[] = [];
  for (const finding of findings) {
    const matching = waivers.filter((waiver) => covers(waiver, finding));
    matching.forEach((waiver) => used.add(waiver));
    (matching.length > 0 ? waived : open).push(finding);
  }
  return { open, waived, unused: waivers.filter((waiver) => !used.has(waiver)) };
}

function covers(waiver: Waiver, { tool, rule, object, message }: Finding): boolean {
  if (waiver.tool !== tool || waiver.rule !== rule) return false;
  return matches(waiver.object, object) && matches(waiver.message ?? '*', message);
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

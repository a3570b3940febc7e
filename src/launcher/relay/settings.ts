import { parseDuration } from '../../time';
import {
  LARGEST_ENVIRONMENT,
  LAUNCHER_DEFAULTS,
  LAUNCHER_VARIABLE,
  namesIn,
  POD_VARIABLE,
} from '../../protocol/environment';
import { parseJson } from '../../protocol/json';
import { FILE, readSmall } from '../exchange';
import { hiddenParts } from './mask';

/** What the pool's variables ask of the relay; total. */
export interface RelaySettings {
  readonly runTimeoutMs: number;
  readonly logsTimeoutMs: number;
  readonly stopGraceMs: number;
  readonly debug: boolean;
  readonly logsOnStandardOutput: boolean;
  /** Whether values of sensitive outputs leave the Pod. */
  readonly sensitiveOutputs: boolean;
  /** Values that appear as `***`. */
  readonly masked: readonly string[];
  /** Sentences about variables that could not be used as they are. */
  readonly warnings: readonly string[];
}

/** JSON may write one byte as `\\u0001`. */
const LONGEST_ESCAPED = 6;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the relay's own variables and, before them, those that the shim handed on from the worker container.
 *
 * @param secrets names of variables of the run whose values no log is to show
 */
export async function readSettings(
  exchange: string,
  own: Variables,
  secrets: readonly string[] = [],
): Promise<RelaySettings> {
  const warnings: string[] = [];
  const value = async (name: string): Promise<string> =>
    ((await readSmall(exchange, FILE.setting(name))) ?? own[name] ?? '').trim();
  const duration = async (name: string, byDefault: number): Promise<number> => {
    const text = await value(name);
    if (text === '') return byDefault;
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
    warnings.push(`${name}: '${text}' is no duration such as 70m or 1000s; the default applies.`);
    return byDefault;
  };
  const flag = async (name: string): Promise<boolean> => {
    const text = (await value(name)).toLowerCase();
    if (!['', 'true', 'false'].includes(text)) {
      warnings.push(`${name}: '${text}' is neither true nor false; the default applies.`);
    }
    return text === 'true';
  };
  const ofRun = await readOfRun(exchange);
  const { masked, warnings: maskWarnings } = await readMasked(exchange, own, ofRun);
  const inputs = maskedInputs(secrets, ofRun);
  const grace = Number(own[POD_VARIABLE.stopGraceSeconds] ?? LAUNCHER_DEFAULTS.stopGraceSeconds);
  return {
    runTimeoutMs: await duration(LAUNCHER_VARIABLE.runTimeout, LAUNCHER_DEFAULTS.runTimeoutMs),
    logsTimeoutMs: await duration(LAUNCHER_VARIABLE.logsTimeout, LAUNCHER_DEFAULTS.logsTimeoutMs),
    stopGraceMs: (Number.isFinite(grace) ? grace : LAUNCHER_DEFAULTS.stopGraceSeconds) * 1000,
    debug: await flag(LAUNCHER_VARIABLE.debug),
    logsOnStandardOutput: await flag(LAUNCHER_VARIABLE.logsOnStandardOutput),
    sensitiveOutputs: await flag(LAUNCHER_VARIABLE.sensitiveOutputs),
    masked: [...masked, ...inputs.masked],
    warnings: [...warnings, ...maskWarnings, ...inputs.warnings],
  };
}

/** The environment of the steps. */
async function readOfRun(exchange: string): Promise<Variables> {
  const json = await readSmall(exchange, FILE.stackEnvironment, LONGEST_ESCAPED * LARGEST_ENVIRONMENT);
  return (parseJson(json ?? '') ?? {}) as Variables;
}

type Masked = Pick<RelaySettings, 'masked' | 'warnings'>;

/** Of sensitive outputs of other stacks, and of each text that is in them. */
function maskedInputs(names: readonly string[], ofRun: Variables): Masked {
  const values = names.flatMap((name) => {
    const value = ofRun[name];
    return isSet(value) ? textsIn(value).map((text) => ({ name, text })) : [];
  });
  const tooShort = new Set(values.filter(({ text }) => hiddenParts(text).isTooShort).map(({ name }) => name));
  const sentence = `The value of ${[...tooShort].join(', ')}, a sensitive output of another stack, or a part of it, is too short to be hidden.`;
  return { masked: values.map(({ text }) => text), warnings: tooShort.size > 0 ? [sentence] : [] };
}

/** A value, and the texts in it where it is JSON: a tool may print each of them alone. */
function textsIn(value: string): string[] {
  const texts = [value];
  const parsed = parseJson(value);
  const open: unknown[] = typeof parsed === 'object' ? [parsed] : [];
  // Grows while it is gone through.
  for (const part of open) {
    // As HCL has a template that is none.
    if (typeof part === 'string') texts.push(part, part.replace(/([$%])\1\{/g, '$1{'));
    else if (typeof part === 'object' && part !== null) open.push(...(Object.values(part) as unknown[]));
  }
  return [...new Set(texts)].filter(isSet);
}

/** The values that worker container, relay and stack have for the names that either container wants masked. */
async function readMasked(exchange: string, own: Variables, ofStack: Variables): Promise<Masked> {
  const list = LAUNCHER_VARIABLE.maskEnvs;
  const names = namesIn([await readSmall(exchange, FILE.setting(list)), own[list]].join('\n'));
  const masked: string[] = [];
  const unknown: string[] = [];
  const tooShort: string[] = [];
  for (const name of new Set(names)) {
    const ofWorker = /^\w+$/.test(name) ? await readSmall(exchange, FILE.mask(name)) : undefined;
    const values = [ofWorker, own[name], ofStack[name]].filter(isSet);
    if (values.length === 0) unknown.push(name);
    if (values.some((value) => hiddenParts(value).isTooShort)) tooShort.push(name);
    masked.push(...values);
  }
  const warnings = [
    ...(unknown.length > 0 ? [`${list} names ${unknown.join(', ')}, which has no value here: nothing is hidden.`] : []),
    ...(tooShort.length > 0
      ? [`${list}: the value of ${tooShort.join(', ')}, or a line of it, is too short to be hidden.`]
      : []),
  ];
  return { masked, warnings };
}

/** `own.constructor` is a function. */
function isSet(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

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
  /** Values that appear as `***`. */
  readonly masked: readonly string[];
  /** Sentences about variables that could not be used as they are. */
  readonly warnings: readonly string[];
}

/** JSON may write one byte as `\\u0001`. */
const LONGEST_ESCAPED = 6;

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the relay's own variables and, before them, those that the shim handed on from the worker container. */
export async function readSettings(exchange: string, own: Variables): Promise<RelaySettings> {
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
  const { masked, warnings: maskWarnings } = await readMasked(exchange, own);
  const grace = Number(own[POD_VARIABLE.stopGraceSeconds] ?? LAUNCHER_DEFAULTS.stopGraceSeconds);
  return {
    runTimeoutMs: await duration(LAUNCHER_VARIABLE.runTimeout, LAUNCHER_DEFAULTS.runTimeoutMs),
    logsTimeoutMs: await duration(LAUNCHER_VARIABLE.logsTimeout, LAUNCHER_DEFAULTS.logsTimeoutMs),
    stopGraceMs: (Number.isFinite(grace) ? grace : LAUNCHER_DEFAULTS.stopGraceSeconds) * 1000,
    debug: await flag(LAUNCHER_VARIABLE.debug),
    logsOnStandardOutput: await flag(LAUNCHER_VARIABLE.logsOnStandardOutput),
    masked,
    warnings: [...warnings, ...maskWarnings],
  };
}

/** The values that worker container, relay and stack have for the names that either container wants masked. */
async function readMasked(exchange: string, own: Variables): Promise<Pick<RelaySettings, 'masked' | 'warnings'>> {
  const list = LAUNCHER_VARIABLE.maskEnvs;
  const names = namesIn([await readSmall(exchange, FILE.setting(list)), own[list]].join('\n'));
  const json = await readSmall(exchange, FILE.stackEnvironment, LONGEST_ESCAPED * LARGEST_ENVIRONMENT);
  const ofStack = (parseJson(json ?? '') ?? {}) as Variables;
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

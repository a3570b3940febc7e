import { parseDuration } from '../../protocol/duration';
import { LAUNCHER_VARIABLE, POD_VARIABLE } from '../../protocol/environment';
import { FILE, readSmall } from '../exchange';

export const DEFAULT_RUN_TIMEOUT_MS = 70 * 60_000;
export const DEFAULT_LOGS_TIMEOUT_MS = 7 * 60_000;
const DEFAULT_STOP_GRACE_SECONDS = 30;

/** What the pool's variables ask of the relay; total. */
export interface RelaySettings {
  readonly runTimeoutMs: number;
  readonly logsTimeoutMs: number;
  readonly stopGraceMs: number;
  readonly debug: boolean;
  readonly logsOnStandardOutput: boolean;
  /** Values that appear as `***`. */
  readonly masked: readonly string[];
  /** Sentences about variables that could not be used; the defaults stand in for them. */
  readonly warnings: readonly string[];
}

/** Reads the relay's own variables and, before them, those that the shim handed on from the worker container. */
export async function readSettings(
  exchange: string,
  own: Readonly<Record<string, string | undefined>>,
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
  const names = (await value(LAUNCHER_VARIABLE.maskEnvs)).split(/[,\s]+/).filter((name) => /^\w+$/.test(name));
  const masked: string[] = [];
  for (const name of names) {
    const secret = (await readSmall(exchange, FILE.mask(name))) ?? own[name];
    if (secret !== undefined && secret !== '') masked.push(secret);
  }
  const grace = Number(own[POD_VARIABLE.stopGraceSeconds] ?? DEFAULT_STOP_GRACE_SECONDS);
  return {
    runTimeoutMs: await duration(LAUNCHER_VARIABLE.runTimeout, DEFAULT_RUN_TIMEOUT_MS),
    logsTimeoutMs: await duration(LAUNCHER_VARIABLE.logsTimeout, DEFAULT_LOGS_TIMEOUT_MS),
    stopGraceMs: (Number.isFinite(grace) ? grace : DEFAULT_STOP_GRACE_SECONDS) * 1000,
    debug: (await value(LAUNCHER_VARIABLE.debug)) === 'true',
    logsOnStandardOutput: (await value(LAUNCHER_VARIABLE.logsOnStandardOutput)) === 'true',
    masked,
    warnings,
  };
}

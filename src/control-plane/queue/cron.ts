import { Cron } from 'croner';
import { malformed } from '../errors';
import type { DriftSchedule } from '../store/records';

type Times = Pick<DriftSchedule, 'schedule' | 'timezone'>;

const MOST_EXPRESSIONS = 20;
const MOST_CHARACTERS = 100;
/** Minute, hour, day of the month, month, day of the week; or a name for all of them. */
const EXPRESSION = /^(@(hourly|daily|weekly|monthly|yearly|annually)|\S+( +\S+){4})$/i;

/** The first moment after another that one of the expressions names; undefined: there is none. */
export function nextTime({ schedule, timezone }: Times, after: number): number | undefined {
  const times = schedule.flatMap((expression) => read(expression, timezone).nextRun(new Date(after))?.getTime() ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

const read = (expression: string, timezone: string): Cron =>
  new Cron(expression, { timezone, paused: true, mode: '5-part' });

/** @throws RequestError `malformed`, with the rule */
export function checkTimes({ schedule, timezone }: Times, now: number): void {
  if (schedule.length === 0 || schedule.length > MOST_EXPRESSIONS) {
    throw malformed('schedule', `a schedule has 1 to ${MOST_EXPRESSIONS} cron expressions, such as "0 6 * * 1-5"`);
  }
  if (!isTimezone(timezone)) {
    const shown = JSON.stringify(timezone.slice(0, MOST_CHARACTERS));
    throw malformed('timezone', `time zone ${shown} is not known: give UTC or a name such as Europe/Berlin`);
  }
  for (const expression of schedule) {
    const shown = JSON.stringify(expression.slice(0, MOST_CHARACTERS));
    if (!isExpression(expression, timezone)) {
      throw malformed(
        'schedule',
        `${shown} is no cron expression: minute, hour, day of the month, month and day of the week, such as "0 6 * * 1-5"`,
      );
    }
    if (nextTime({ schedule: [expression], timezone }, now) === undefined) {
      throw malformed('schedule', `${shown} names no time that will come`);
    }
  }
}

function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone !== '';
  } catch {
    return false;
  }
}

function isExpression(expression: string, timezone: string): boolean {
  if (expression.length > MOST_CHARACTERS || !EXPRESSION.test(expression)) return false;
  try {
    read(expression, timezone);
    return true;
  } catch {
    return false;
  }
}

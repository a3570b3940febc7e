import { and, atLeast, isSet, milliseconds, not, text, type Later } from '../../charting/deferred';
import type { Refusal } from '../../charting/manifest';

/** When a ServiceMonitor has its endpoint scraped. */
interface ScrapeTimes {
  readonly interval: Later<string | undefined>;
  readonly scrapeTimeout: Later<string | undefined>;
}

/** What the Prometheus operator refuses of a ServiceMonitor. */
export function scrapeRefusals({ interval, scrapeTimeout }: ScrapeTimes): readonly Refusal[] {
  const isLonger = not(atLeast(milliseconds(interval), milliseconds(scrapeTimeout)));
  return [
    {
      when: and(isSet(interval), isSet(scrapeTimeout), isLonger),
      message: text(
        'serviceMonitor.scrapeTimeout may be as long as the interval, ',
        interval as Later<string>,
        ', and no longer',
      ),
    },
  ];
}

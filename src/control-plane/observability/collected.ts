import type { Gauge, Registry } from 'prom-client';
import type { CONTROL_PLANE_METRICS as METRICS } from '../../api/control-plane-metrics';
import { instrument } from '../../metrics/instrument';

type GaugeMetric = (typeof METRICS)[keyof typeof METRICS] & { readonly type: 'gauge' };

/** A gauge that shows nothing where it cannot be looked at: the others are shown all the same. */
export function collected(registry: Registry, metric: GaugeMetric, look: (gauge: Gauge) => void | Promise<void>): void {
  instrument(registry, metric, async function (this: Gauge) {
    this.reset();
    try {
      await look(this);
    } catch {
      this.reset();
    }
  });
}

/** A gauge of what may not be there. */
export function collectedNumber(registry: Registry, metric: GaugeMetric, look: () => number | undefined): void {
  collected(registry, metric, (gauge) => {
    const value = look();
    // Without labels a gauge that was reset shows 0.
    if (value === undefined) gauge.remove();
    else gauge.set(value);
  });
}

import type { Duration } from 'cdk8s';

/** How the Prometheus operator scrapes what a construct runs. */
export interface ServiceMonitorOptions {
  /**
   * Namespace of the ServiceMonitor.
   *
   * @default - that of the other objects
   */
  readonly namespace?: string;

  /**
   * More labels, by which a Prometheus selects its ServiceMonitors.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the ServiceMonitor.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Time between two scrapes, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;

  /**
   * Time after which a scrape is given up, in whole seconds.
   *
   * @default Duration.seconds(10)
   */
  readonly scrapeTimeout?: Duration;
}

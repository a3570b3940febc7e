import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { backoffMs, sleep } from '../../time';
import { errorFromAnswer, isRetryable, isUnauthorized, KubeError, REASON } from './errors';
import type { Logger } from './logger';
import { clientMetrics } from './instruments';
import type { TokenBucket } from './token-bucket';
import type { HttpRequest, KubeTransport } from './transport';
import { neverSent } from './transport';

/** A longer Retry-After is the caller's to wait for: a work queue can do other things meanwhile. */
const LONGEST_WAIT_SECONDS = 10;

interface RequestSenderOptions {
  transport: KubeTransport;
  bucket: TokenBucket;
  retries: number;
  clock: Clock;
  random: () => number;
  logger: Logger;
  metrics?: Registry;
}

/** Sends requests within the budget and repeats those that may be repeated. */
export class RequestSender {
  private readonly metrics: ReturnType<typeof clientMetrics>;

  constructor(private readonly options: RequestSenderOptions) {
    this.metrics = clientMetrics(options.metrics);
  }

  /** The body of a 2xx answer. `repeatable`: doing it twice is the same as doing it once. */
  async send(request: HttpRequest, repeatable: boolean): Promise<string> {
    const { clock, logger } = this.options;
    let refreshed = false;
    for (let tries = 1; ; tries++) {
      try {
        return await this.once(request);
      } catch (error) {
        if (isUnauthorized(error) && !refreshed) {
          refreshed = true;
          this.options.transport.refreshCredentials();
          continue;
        }
        if (!(error instanceof KubeError) || tries > this.options.retries || !mayRepeat(error, repeatable)) throw error;
        if ((error.retryAfterSeconds ?? 0) > LONGEST_WAIT_SECONDS) throw error;
        const waitMs = Math.max(
          (error.retryAfterSeconds ?? 0) * 1000,
          backoffMs(tries, { firstMs: 100, longestMs: 5_000, random: this.options.random }),
        );
        logger.debug({ err: error.message, tries, waitMs }, 'request to the API server is repeated');
        this.metrics?.retries.inc();
        await sleep(clock, waitMs, request.signal);
      }
    }
  }

  private async once(request: HttpRequest): Promise<string> {
    const { transport, bucket, clock } = this.options;
    const waitedMs = await bucket.take(request.signal);
    this.metrics?.throttled.observe(waitedMs / 1000);
    if (request.signal?.aborted) {
      const message = `${request.method} ${request.path}: aborted`;
      throw new KubeError({ status: 0, reason: REASON.aborted, message });
    }
    const startedAt = clock.monotonic();
    let status = 'error';
    try {
      const answer = await transport.send(request);
      const body = await transport.text(request, answer);
      status = String(answer.status);
      if (answer.status >= 200 && answer.status < 300) return body;
      throw errorFromAnswer(`${request.method} ${request.path}`, answer.status, body, answer.retryAfter);
    } finally {
      this.metrics?.requests.inc({ method: request.method, code: status });
      this.metrics?.duration.observe({ method: request.method }, (clock.monotonic() - startedAt) / 1000);
    }
  }
}

/** A refusal with 429 or with Retry-After says that nothing was done; so does a connection that was never made. */
function mayRepeat(error: KubeError, repeatable: boolean): boolean {
  if (!isRetryable(error)) return false;
  return repeatable || error.status === 429 || error.retryAfterSeconds !== undefined || neverSent(error);
}

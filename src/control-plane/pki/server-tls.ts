import { X509Certificate } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../time';
import type { Authority } from './authority';
import { expiryWarning } from './renewal';
import type { CertificatePair, CertificateSource } from './server-certificate';
import { HOUR_MS, YEAR_MS } from './x509';

/** How often the certificate is looked at: a given one counts so soon after it was exchanged. */
export const CERTIFICATE_LOOK_MS = 60_000;
const WARN_EVERY_MS = 24 * HOUR_MS;
/** The authority is in every token, and replacing it takes people a while. */
const AUTHORITY_WARNING_MS = YEAR_MS;
/** cert-manager renews at two thirds of a life, of 90 days usually: what is left by now was to be renewed long ago. */
const GIVEN_WARNING_MS = 14 * 24 * HOUR_MS;

interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The certificate that servers show, exchanged under them while they listen: connections that are open go on. */
export class ServerTls {
  private readonly followers: ((pair: CertificatePair) => void)[] = [];
  private warnedAt = -Infinity;
  private cancel: () => void = () => undefined;
  private closed = false;

  private constructor(
    private readonly source: CertificateSource,
    private readonly authority: Authority,
    private readonly surroundings: Surroundings,
    private pair: CertificatePair,
  ) {}

  /** @throws when there is no certificate to begin with. */
  static async open(source: CertificateSource, authority: Authority, surroundings: Surroundings): Promise<ServerTls> {
    const { pair } = await source.look(surroundings.clock.now());
    const tls = new ServerTls(source, authority, surroundings, pair);
    tls.warn();
    return tls;
  }

  get cert(): string {
    return this.pair.cert;
  }

  get key(): string {
    return this.pair.key;
  }

  /** What clients need to trust it; '' for what every client trusts anyway. */
  get ca(): string {
    return this.source.ca;
  }

  /** When the certificate of the server ends, in milliseconds since the epoch. */
  get endsAt(): number {
    return new X509Certificate(this.pair.cert).validToDate.getTime();
  }

  /** Calls back with each certificate that replaces the present one. */
  follow(follower: (pair: CertificatePair) => void): void {
    this.followers.push(follower);
  }

  close(): void {
    this.closed = true;
    this.cancel();
  }

  /** Looks at the certificate from now on, until it is closed. */
  watch(): void {
    if (this.closed) return;
    this.cancel = this.surroundings.clock.setTimer(CERTIFICATE_LOOK_MS, () => {
      void this.look().finally(() => this.watch());
    });
  }

  private async look(): Promise<void> {
    const { clock, logger } = this.surroundings;
    try {
      const { pair, reason } = await this.source.look(clock.now());
      if (reason !== undefined) {
        this.pair = pair;
        for (const follower of this.followers) follower(pair);
        logger.info({ reason, ends: new Date(this.endsAt).toISOString() }, 'the server has another certificate');
      }
    } catch (error) {
      logger.warn({ err: error }, 'the certificate of the server was not renewed; the present one stays');
    }
    this.warn();
  }

  /** Once a day: of what nobody renews by itself. */
  private warn(): void {
    const { clock, logger } = this.surroundings;
    if (clock.monotonic() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = clock.monotonic();
    const { advice } = this.source;
    const warnings = [
      expiryWarning(
        {
          what: 'the certificate of the authority (ca.crt)',
          endsAt: this.authority.endsAt,
          advice: 'replace the authority, and the tokens of all pools, before that',
        },
        clock.now(),
        AUTHORITY_WARNING_MS,
      ),
      advice === undefined
        ? undefined
        : expiryWarning(
            { what: 'the certificate of the server (tls.crt)', endsAt: this.endsAt, advice },
            clock.now(),
            GIVEN_WARNING_MS,
          ),
    ];
    for (const warning of warnings) if (warning !== undefined) logger.warn(warning);
  }
}

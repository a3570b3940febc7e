import { SignJWT } from 'jose';
import { jwtVerify } from './jwt-verify';

/** As long as a client needs from the answer that names it to the fetch itself, twice. */
const TICKET_SECONDS = 300;

interface TicketParts {
  readonly key: Uint8Array;
  /** The public URL. */
  readonly audience: () => string;
  readonly now: () => number;
}

/**
 * Lets whoever holds one fetch one thing for a few minutes: for clients that take an address and send nothing with it. It is
 * for another audience than a session is, so that neither is taken for the other.
 */
export class DownloadTickets {
  constructor(private readonly parts: TicketParts) {}

  /** @param what it is for, such as `module-version/ID` */
  issue(what: string): Promise<string> {
    const issuedAt = Math.floor(this.parts.now() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(what)
      .setAudience(this.audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TICKET_SECONDS)
      .sign(this.parts.key);
  }

  /** What it is for; undefined when it is none, or has run out. */
  async what(ticket: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify<object>(ticket, this.parts.key, {
        algorithms: ['HS256'],
        audience: this.audience,
        currentDate: new Date(this.parts.now()),
      });
      return payload.sub;
    } catch {
      return undefined;
    }
  }

  private get audience(): string {
    return `${this.parts.audience()}/downloads`;
  }
}

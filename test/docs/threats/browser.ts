import { threat, type Attacker } from './threat';

export const WEB_PAGE: Attacker = {
  who: 'A hostile page in the browser of somebody who is logged in',
  wants:
    'Is open in another tab, or is where a link leads. Wants to act as that person, to read what they see, or their session.',
  threats: [
    threat(
      'forged-form',
      {
        is: 'Sends a form or a request to the control plane, which the browser accompanies with the cookie',
        answer:
          'Only requests that the browser says come from a page of ours change something (`Sec-Fetch-Site`, `Origin`); the cookie is `SameSite=Lax`; the API takes no cookie',
      },
      ['control-plane/web/forms', 'a form of a page of a stranger'],
      ['control-plane/web/forms', 'is refused to a form from elsewhere, and to one who may only look'],
      ['control-plane/audit/trail', 'of a form that another site sent changes nothing'],
      ['control-plane/web/log-in', 'is refused, and so is a log-out'],
    ),
    threat(
      'injected-script',
      {
        is: 'Has a script run within a page of the control plane, by a name, a log, an output or an error',
        answer:
          'Everything is escaped; the Content-Security-Policy allows the one script of ours, no frame around pages, and no other host',
      },
      ['control-plane/http/app', 'escapes what people named, runs no script and shows no token'],
      ['control-plane/web/routes', 'escapes what steps print'],
      ['control-plane/web/headers', 'every page'],
    ),
    threat(
      'stolen-session',
      {
        is: 'Takes the session',
        answer:
          'The cookie is `__Host-`, `HttpOnly` and `Secure`; sessions end by time, log-out, another role or the end of the key, and their streams with them',
        left: 'Whoever has the browser has the session until then',
      },
      ['browser/log-in', 'no script sees the cookie of a session'],
      ['control-plane/web/log-in', 'the stream of a page ends soon after'],
    ),
    threat(
      'open-redirect',
      {
        is: 'Has the log-in lead to a page of its own',
        answer: 'After a log-in only paths of the control plane are led to',
      },
      ['control-plane/web/log-in', 'attacker.example'],
    ),
  ],
};

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault, FaultServer } from '../../support/fault-server';
import { Scene } from './reflector-setup';
import type { Options } from './reflector-setup';

interface Case {
  name: string;
  /** Does the damage to an open watch; a change of which the broken watch says nothing follows. */
  damage: (server: FaultServer) => void;
  options?: Options;
  /** Complete lists over the whole case; 1 is the first one. */
  lists: number;
  /** Reasons counted. */
  failures: Record<string, number>;
}

const status = (code: number, reason: string) => ({ kind: 'Status', code, reason, message: 'injected' });
const errorEvent = (code: number, reason: string) =>
  `${JSON.stringify({ type: 'ERROR', object: status(code, reason) })}\n`;
const refuse = (code: number, extra: Partial<Extract<Fault, { kind: 'answer' }>> = {}): Fault => ({
  on: 'watch',
  kind: 'answer',
  status: code,
  ...extra,
});

const cases: Case[] = [
  {
    name: 'the watch falls silent but stays open',
    damage: (server) => server.silence(),
    options: { watchdogMs: 90_000 },
    lists: 1,
    failures: { Silence: 1 },
  },
  {
    name: 'the connection is reset',
    damage: (server) => server.endWatches('reset'),
    lists: 1,
    failures: { ConnectionFailed: 1 },
  },
  {
    name: 'the watch is closed cleanly',
    damage: (server) => {
      server.bookmark();
      server.endWatches('clean');
    },
    lists: 1,
    failures: {},
  },
  {
    name: 'the version is compacted away while no watch is open',
    damage: (server) => {
      server.endWatches('reset');
      server.remove('alpha');
      server.put('unseen');
      server.store.compact();
    },
    lists: 2,
    failures: { ConnectionFailed: 1, Expired: 1 },
  },
  {
    name: 'the version expires within the watch',
    damage: (server) => {
      server.writeRaw(errorEvent(410, 'Expired'));
      server.silence();
    },
    lists: 2,
    failures: { Expired: 1 },
  },
  {
    name: 'an ERROR event comes that is no expiry',
    damage: (server) => {
      server.writeRaw(errorEvent(500, 'InternalError'));
      server.silence();
    },
    lists: 2,
    failures: { InternalError: 1 },
  },
  {
    name: 'the new watch is throttled with Retry-After',
    damage: (server) => {
      server.inject(refuse(429, { reason: 'TooManyRequests', retryAfterSeconds: 7 }));
      server.endWatches('reset');
    },
    lists: 1,
    failures: { ConnectionFailed: 1, TooManyRequests: 1 },
  },
  {
    name: 'new watches are answered 500 until a list is due',
    damage: (server) => {
      server.inject(refuse(500), refuse(500), refuse(500));
      server.endWatches('reset');
    },
    lists: 2,
    failures: { ConnectionFailed: 1, Injected: 3 },
  },
  {
    name: 'a proxy answers the new watch with a page of HTML',
    damage: (server) => {
      server.inject(refuse(502, { text: '<h1>Bad gateway</h1>' }));
      server.endWatches('reset');
    },
    lists: 1,
    failures: { ConnectionFailed: 1, Http502: 1 },
  },
  {
    name: 'the watch ends in the middle of a line',
    damage: (server) => {
      server.writeRaw('{"type":"ADDED","object":{"metada');
      server.endWatches('clean');
    },
    lists: 1,
    failures: { MalformedAnswer: 1 },
  },
  {
    name: 'a line is no JSON',
    damage: (server) => {
      server.writeRaw('}{\n');
      server.silence();
    },
    lists: 1,
    failures: { MalformedAnswer: 1 },
  },
  {
    name: 'an event has a type that does not exist',
    damage: (server) => {
      server.writeRaw('{"type":"MOVED","object":{"metadata":{"name":"alpha"}}}\n');
      server.silence();
    },
    lists: 1,
    failures: { MalformedAnswer: 1 },
  },
  {
    name: 'the new watch sends its events backwards and twice',
    damage: (server) => {
      server.inject({
        on: 'watch',
        kind: 'disorder',
        arrange: (events) => [...events].reverse().flatMap((e) => [e, e]),
      });
      server.endWatches('reset');
      server.put('alpha');
      server.put('alpha');
      server.remove('beta');
    },
    lists: 1,
    failures: { ConnectionFailed: 1 },
  },
  {
    name: 'the new watch is never answered',
    damage: (server) => {
      server.inject({ on: 'watch', kind: 'hang' });
      server.endWatches('reset');
    },
    options: { watchdogMs: 90_000 },
    lists: 1,
    failures: { ConnectionFailed: 1, Silence: 1 },
  },
  {
    name: 'the new list is older than what was seen',
    damage: (server) => {
      server.put('alpha');
      server.remove('beta');
      server.inject({ on: 'list', kind: 'stale', version: 102 });
      server.writeRaw(errorEvent(410, 'Expired'));
      server.silence();
    },
    lists: 2,
    failures: { Expired: 1, StaleList: 1 },
  },
  {
    name: 'the new list is refused',
    damage: (server) => {
      server.inject({ on: 'list', kind: 'answer', status: 403, reason: 'Forbidden' });
      server.writeRaw(errorEvent(410, 'Expired'));
      server.silence();
    },
    lists: 2,
    failures: { Expired: 1, Forbidden: 1 },
  },
];

describe('a reflector comes to the true state, and goes on watching, after', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = new Scene();
    await scene.open();
  });
  afterEach(() => scene.close());

  test.each(cases)('$name', async ({ damage, options, lists, failures }) => {
    await scene.startAndWatch(options);
    damage(scene.server);
    scene.server.put('unseen');

    await scene.converged();
    await scene.server.until(() => scene.server.openWatches >= 1 && scene.server.faultsLeft === 0);
    expect(await scene.counted('reflector_lists_total')).toBe(lists);
    expect(await scene.failures()).toEqual(failures);

    scene.server.put('later');
    scene.server.remove('unseen');
    await scene.converged();
  });
});

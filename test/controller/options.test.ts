import { describe, expect, it } from '@jest/globals';
import { CONTROLLER_VARIABLE } from '../../src/api';
import { compileOptions, OptionsError, parseBindAddress } from '../../src/controller/options';

describe('an address to listen on', () => {
  it.each([
    [':8081', { port: 8081 }],
    ['127.0.0.1:8081', { host: '127.0.0.1', port: 8081 }],
    ['[::1]:8443', { host: '::1', port: 8443 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['0', undefined],
    ['', undefined],
  ])('is read from "%s"', (value, address) => {
    expect(parseBindAddress('--flag', value)).toEqual(address);
  });

  it.each(['8081', ':', 'host', ':99999', 'a:b:1', 'http://x:1'])('is not "%s"', (value) => {
    expect(() => parseBindAddress('--flag', value)).toThrow(
      `--flag: "${value}" is no address to listen on; use ":8081"`,
    );
  });
});

describe('the options of the controller', () => {
  it('serve health on port 8081, no metrics, every namespace, without election, unless told otherwise', () => {
    expect(compileOptions({ controllerNamespace: 'here' })).toMatchObject({
      namespaces: [],
      controllerNamespace: 'here',
      leaderElect: false,
      healthProbeBindAddress: ':8081',
      metricsBindAddress: '0',
      metricsSecure: true,
    });
  });

  it('hold the Lease as client-go does, unless told otherwise', () => {
    expect(compileOptions({}).leaderElection).toEqual({
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
    });
  });

  it.each([
    ['a deadline as long as the lease', { renewDeadlineMs: 15_000 }, 'the renew deadline (15s)'],
    ['a lease that is over before the usual deadline', { leaseDurationMs: 500 }, 'the lease duration (0.5s)'],
    ['a second attempt only after the deadline', { retryPeriodMs: 60_000 }, 'the retry period (1m)'],
  ])('refuse %s', (_, leaderElection, part) => {
    expect(() => compileOptions({ leaderElection })).toThrow(OptionsError);
    expect(() => compileOptions({ leaderElection })).toThrow(part);
  });

  it('name each namespace once', () => {
    expect(compileOptions({ namespaces: ['a', 'b', 'a'] }).namespaces).toEqual(['a', 'b']);
  });

  it.each([
    [undefined, false],
    ['', false],
    ['false', false],
    ['true', true],
  ])('have budgets of run Pods kept where the variable is %j: %j', (value, kept) => {
    withVariable(value, () => expect(compileOptions({}).runDisruptionBudget).toBe(kept));
  });

  it.each([
    [undefined, undefined, 'spacelift-workerpool-controller'],
    ['team-a', undefined, 'team-a'],
    ['team-a', 'given', 'given'],
  ])('compete for the Lease that the variable names (%j), or the flag (%j)', (value, leaseName, competed) => {
    const options = leaseName === undefined ? {} : { leaseName };
    withVariable(value, () => expect(compileOptions(options).leaseName).toBe(competed), CONTROLLER_VARIABLE.leaseName);
  });

  it('refuse another value of that variable', () => {
    withVariable('yes', () =>
      expect(() => compileOptions({})).toThrow(
        'the variable WORKER_POOLS_RUN_DISRUPTION_BUDGET is "yes"; allowed are true and false',
      ),
    );
  });
});

function withVariable(
  value: string | undefined,
  look: () => void,
  name: string = CONTROLLER_VARIABLE.runDisruptionBudget,
): void {
  const before = process.env[name];
  try {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    look();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

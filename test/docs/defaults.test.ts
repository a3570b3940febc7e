/** Defaults that a docstring has to spell out for its reader, compared with the one place that programs read them from. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CONTROL_PLANE_PORT, DEFAULTS, LEADER_ELECTION_SECONDS } from '../../src/api/defaults';
import { logLevel } from '../../src/cli/options';
import { ControllerLogFormat, ControllerLogLevel, ControlPlaneLogLevel } from '../../src/constructs';
import { LOG_FORMATS } from '../../src/controller/logging';
import { LAUNCHER_DEFAULTS } from '../../src/protocol/environment';

const OPERATOR = 'src/constructs/operator/operator-options.ts';
const CONTROL_PLANE = 'src/constructs/control-plane/props/exposure.ts';
const RUN_POD = 'src/constructs/worker-pool/run-pod.ts';
const EGRESS = 'src/constructs/presets/egress-network-policy.ts';
const LAUNCHER = 'src/protocol/environment.ts';

const { https, mqtts } = CONTROL_PLANE_PORT;
const seconds = (count: number): string => `Duration.seconds(${count})`;
const list = (...ports: number[]): string => `[${ports.join(', ')}]`;

/** What the docstring of a property says that it is by default. */
function documented(file: string, property: string): string | undefined {
  const pattern = new RegExp(`@default ([^\\n]+)\\n *\\*/\\n *(?:readonly )?${property}\\??:`);
  return pattern.exec(readFileSync(file, 'utf8'))?.[1];
}

describe('the docstring says by default', () => {
  it.each([
    [OPERATOR, 'leaseDuration', seconds(LEADER_ELECTION_SECONDS.leaseDuration)],
    [OPERATOR, 'renewDeadline', seconds(LEADER_ELECTION_SECONDS.renewDeadline)],
    [OPERATOR, 'retryPeriod', seconds(LEADER_ELECTION_SECONDS.retryPeriod)],
    [OPERATOR, 'egressPorts', list(443, 6443, https, mqtts)],
    [CONTROL_PLANE, 'egressPorts', list(443, 4318, 5432, mqtts)],
    [EGRESS, 'ports', list(443, mqtts)],
    [EGRESS, 'controlPlanePort', `${https}`],
    [RUN_POD, 'activeDeadline', `Duration.minutes(${DEFAULTS.activeDeadlineSeconds / 60})`],
    [RUN_POD, 'terminationGracePeriod', seconds(DEFAULTS.terminationGracePeriodSeconds)],
    [LAUNCHER, 'stopGraceSeconds', `${LAUNCHER_DEFAULTS.stopGraceSeconds}`],
    [LAUNCHER, 'runTimeout', `${LAUNCHER_DEFAULTS.runTimeoutMs / 60_000}m`],
    [LAUNCHER, 'logsTimeout', `${LAUNCHER_DEFAULTS.logsTimeoutMs / 60_000}m`],
  ])('in %s of %s: %s', (file, property, value) => {
    expect(documented(file, property)).toBe(value);
  });
});

describe('what constructs and charts offer for logs, the programs take', () => {
  it.each([
    ['the controller', ControllerLogLevel],
    ['the control plane', ControlPlaneLogLevel],
  ])('levels of %s', (_, levels) => {
    expect(logLevel().argChoices).toEqual(Object.values(levels));
  });

  it('formats', () => {
    expect(LOG_FORMATS).toEqual(Object.values(ControllerLogFormat));
  });
});

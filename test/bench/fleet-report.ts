import type { FleetMemory, FleetReport } from './fleet';
import { machineLine, measureTable, memory, targetSentence, type Measure } from './measures';

/** MiB that a controller may take at rest, whatever it looks after. */
const AT_MOST = 128;

export const fleetMeasures = ({ made, found }: FleetReport): Measure[] => [
  ...measuresOf('the controller that made them', made),
  ...measuresOf('one that found them at its start', found),
];

function measuresOf(who: string, { atRestMiB, peakMiB, seconds }: FleetMemory): Measure[] {
  return [
    memory(`memory of ${who}, at rest`, atRestMiB, { atMost: AT_MOST, from: 'resident, the highest that was seen' }),
    ...(peakMiB === null ? [] : [memory('… at its peak', peakMiB, { from: `ready after ${seconds.toFixed(0)} s` })]),
  ];
}

/** The table that people read; the same at a terminal and in a file. */
export function fleetReportAsText(report: FleetReport): string {
  const { machine, settings } = report;
  const measures = fleetMeasures(report);
  return [
    machineLine(machine),
    `${settings.idle} idle Workers and ${settings.pods} with a Pod, in pools of ${settings.poolSize}; looked at for ${settings.seconds} s`,
    '',
    measureTable(measures),
    '',
    targetSentence(measures),
    '',
  ].join('\n');
}

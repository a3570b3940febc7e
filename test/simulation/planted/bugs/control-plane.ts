import type { PlantedBug } from '../bug';

const PODS = 'control-plane/queue/pod-operations.ts';
const START = 'control-plane/queue/pod-start.ts';
const LIFECYCLE = 'control-plane/queue/lifecycle.ts';
const SWEEP = 'control-plane/queue/sweep.ts';
const CLOCK = 'control-plane/queue/lease-clock.ts';
const REPORT = 'control-plane/queue/report.ts';

/** In the queue and the leases of the control plane. */
export const CONTROL_PLANE_BUGS: readonly PlantedBug[] = [
  {
    name: 'fence-forgotten',
    does: 'lets the Pods of attempts start that were given up',
    edits: [
      {
        file: PODS,
        find: '  if (assignment.fence !== fence || run.attempt !== who.attempt) {',
        replace: '  if (assignment.fence < 0 && fence === who.attempt && run.attempt < 0) {',
      },
      {
        file: PODS,
        find: "  if (endedAt !== null) throw new RequestError('fenced',",
        replace: "  if (endedAt === -1) throw new RequestError('fenced',",
      },
    ],
    breaks: ['1', 'crash', '2'],
  },
  {
    name: 'every-pod-starts',
    does: 'lets a second Pod of an attempt start',
    edits: [
      {
        file: START,
        find: 'const isAgain = assignment.startedAt !== null && assignment.podUid === request.podUid;',
        replace: 'const isAgain = assignment.startedAt !== null;',
      },
    ],
    breaks: ['1'],
  },
  {
    name: 'second-start-refused',
    does: 'refuses a Pod that asks to start again because the first answer was lost',
    edits: [
      {
        file: START,
        find: 'const isAgain = assignment.startedAt !== null && assignment.podUid === request.podUid;',
        replace: 'const isAgain = request.podUid.length < 0;',
      },
    ],
    breaks: ['2'],
  },
  {
    name: 'lost-run-frees-stack',
    does: 'lets others have the stack of a run that was lost, whose Pod may still apply',
    edits: [
      {
        file: LIFECYCLE,
        find: "const holding = run.holding && failure.by !== 'relay' && assignment.startedAt !== null;",
        replace: 'const holding = false;',
      },
    ],
    breaks: ['9'],
  },
  {
    name: 'no-turns-on-stack',
    does: 'lets the next run of a stack go while one is at work',
    edits: [
      {
        file: 'control-plane/queue/run-types.ts',
        find: 'export const takesTurns = (type: RunType): boolean => factsOf(type).takesTurns;',
        replace: 'export const takesTurns = (type: RunType): boolean => factsOf(type).since > 5;',
      },
    ],
    breaks: ['9'],
  },
  {
    name: 'own-loop-renews',
    does: 'renews every lease each time it looks at them',
    edits: [
      {
        file: CLOCK,
        find: 'const isOdd = passed < 0 || passed > everyMs + ODD_MS;',
        replace: 'const isOdd = passed !== -ODD_MS;',
      },
    ],
    breaks: ['liveness', '5'],
  },
  {
    name: 'own-pause-counted',
    does: 'counts the time in which it was not there to hear anybody as silence of everybody',
    edits: [
      {
        file: CLOCK,
        find: 'const isOdd = passed < 0 || passed > everyMs + ODD_MS;',
        replace: 'const isOdd = passed < -ODD_MS * 1e9;',
      },
    ],
    breaks: ['2', '10'],
  },
  {
    name: 'partition-is-loss',
    does: 'gives a run up after two minutes in which neither its Pod nor its controller could be heard',
    edits: [
      {
        file: SWEEP,
        find: "    if (silence <= PARTITION_LEASE_MS) return { kind: 'keep' };",
        replace: "    if (silence <= RUN_LEASE_MS) return { kind: 'keep' };",
      },
    ],
    breaks: ['2', '10'],
  },
  {
    name: 'silent-relay-is-loss',
    does: 'gives a run up whose relay is silent, though its Pod is seen',
    edits: [
      {
        file: SWEEP,
        find: "  if (facts.podWasObserved) return facts.stopWasAsked ? judgeStop(facts) : { kind: 'keep' };\n",
        replace: '',
      },
    ],
    breaks: ['2'],
  },
  {
    name: 'started-run-given-again',
    does: 'gives a run that has begun to another Worker when its controller is silent',
    edits: [
      { file: SWEEP, find: '  if (!facts.started) {', replace: '  if (!facts.started || sessionIsGone) {' },
      {
        file: 'control-plane/queue/transitions.ts',
        find: "    planned: 'UNCONFIRMED',",
        replace: "    withdraw: 'QUEUED',\n    planned: 'UNCONFIRMED',",
      },
    ],
    breaks: ['1', '2'],
  },
  {
    name: 'unheard-runs-kept',
    does: 'takes no run back from a controller that is gone, and gives none up',
    edits: [
      {
        file: SWEEP,
        find: "  if (!risk || verdict.kind === 'keep') return;",
        replace: "  if (!risk || verdict.kind !== 'keep' || reading > 0) return;",
      },
    ],
    breaks: ['liveness', '5'],
  },
  {
    name: 'worker-stays-busy',
    does: 'does not free the Worker of a run that is over',
    edits: [
      {
        file: LIFECYCLE,
        find: '  const worker = await tx.workers.setFree(workerId, fence, now);',
        replace: '  const [worker] = await tx.workers.findAll([workerId]);',
      },
    ],
    breaks: ['liveness', '5'],
  },
  {
    name: 'withdrawn-not-released',
    does: 'keeps the Worker of a run that was taken back',
    edits: [
      {
        file: LIFECYCLE,
        find: "  if (!(await endAttempt(made, assignment, 'control-plane'))) return;\n  await release(made, assignment);",
        replace: "  if (!(await endAttempt(made, assignment, 'control-plane'))) return;",
      },
    ],
    breaks: ['liveness', '5'],
  },
  {
    name: 'attempt-not-counted',
    does: 'gives every try at a run the same number',
    edits: [
      {
        file: 'control-plane/queue/assign.ts',
        find: '  const attempt = run.attempt + (await attemptsBehind(made, run, clock));',
        replace: '  const attempt = Math.max(run.attempt, 1);',
      },
    ],
    breaks: ['liveness', '1'],
  },
  {
    name: 'silent-pod-forgotten',
    does: 'keeps a run whose Pod is gone without an outcome as it is',
    edits: [
      {
        file: REPORT,
        find: '      await settle(made, assignment);\n      return podIsGone',
        replace: '      return podIsGone',
      },
    ],
    breaks: ['liveness', '3'],
  },
  {
    name: 'lost-node-believed',
    does: 'gives a run up whose node the cluster has lost sight of, though its relay is heard',
    edits: [
      {
        file: REPORT,
        find: 'if (isLoss(request.report) && (await relayIsHeard(made, assignment))) return',
        replace: 'if (isLoss(request.report) && (await relayIsHeard(made, assignment)) && assignment.fence < 0) return',
      },
    ],
    breaks: ['2', '10'],
    notModelled: 'the cluster loses sight of a node whose containers go on',
  },
  {
    name: 'session-not-renewed',
    does: 'does not take the watch of a controller for a sign of life',
    edits: [
      {
        file: 'control-plane/queue/hear.ts',
        find: '  if (known.heardLease !== reading) return true;\n',
        replace: '',
      },
    ],
    breaks: ['liveness', '4'],
  },
  {
    name: 'restored-gives-out',
    does: 'gives runs out right after a backup was restored, though Pods may go on with them',
    edits: [
      {
        file: CLOCK,
        find: '  restoredLease !== null && reading - restoredLease < RESTORED_HOLD_MS;',
        replace: '  restoredLease !== null && reading < restoredLease;',
      },
    ],
    breaks: ['1', '10', '9'],
  },
  {
    name: 'restored-finds-nothing',
    does: 'does not take up what goes on in Pods of which a restored backup does not know',
    edits: [
      {
        file: 'control-plane/queue/restored.ts',
        find: '  if ((await made.leaseClock()).restoredLease === null) return;',
        replace: '  if ((await made.leaseClock()).reading >= 0) return;',
      },
    ],
    breaks: ['10', '2', '1'],
  },
  {
    name: 'missing-worker-loses-run',
    does: 'frees a Worker of which a sync does not tell, though its run has begun',
    edits: [
      {
        file: 'control-plane/queue/session-operations.ts',
        find: '  if (held && held.endedAt === null && held.startedAt === null) await withdraw(made, held, why);',
        replace: '  if (held && held.endedAt === null) await withdraw(made, held, why);',
      },
    ],
    breaks: ['liveness', '2'],
  },
  {
    name: 'acknowledged-unstored',
    does: 'acknowledges entries of a log that it did not store',
    edits: [
      {
        file: PODS,
        find: '    return { acknowledged: sequence };',
        replace: '    return { acknowledged: Math.max(sequence, (request.entries.at(-1)?.sequence ?? 0) + 1) };',
      },
    ],
    breaks: ['6'],
  },
  {
    name: 'backup-begins-again',
    does: 'lets an attempt begin that may have begun and ended since the backup that was restored',
    edits: [
      {
        file: START,
        find: 'assignment.startedAt === null && isOfBackup(',
        replace: 'assignment.fence < 0 && isOfBackup(',
      },
    ],
    breaks: ['1'],
  },
];

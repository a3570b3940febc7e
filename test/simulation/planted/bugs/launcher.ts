import type { PlantedBug } from '../bug';

const JOURNAL = 'launcher/relay/journal.ts';
const CONCLUDE = 'launcher/relay/conclude.ts';

/** In what runs in the Pods. */
export const LAUNCHER_BUGS: readonly PlantedBug[] = [
  {
    name: 'journal-drops-all',
    does: 'forgets every entry of the log when one is acknowledged',
    edits: [
      {
        file: JOURNAL,
        find: '    this.pendingEntries = this.pendingEntries.filter((entry) => entry.sequence > acknowledged);',
        replace: '    if (acknowledged > 0) this.pendingEntries = [];',
      },
    ],
    breaks: ['6'],
  },
  {
    name: 'journal-not-written',
    does: 'sends entries of the log under numbers that it has not noted',
    edits: [{ file: JOURNAL, find: '    await this.write(numbered);\n', replace: '' }],
    breaks: ['6'],
  },
  {
    name: 'gap-not-marked',
    does: 'does not say in the log that entries are missing',
    edits: [
      {
        file: JOURNAL,
        find: "  const text = isFirst ? '[some entries of the log are missing here]\\n' : '';",
        replace: "  const text = isFirst ? '' : '';",
      },
    ],
    breaks: ['6'],
    notModelled: 'what a restored backup costs a log is told apart from what else is missing',
  },
  {
    name: 'torn-line-kept',
    does: 'goes on behind half a line of its journal',
    edits: [
      {
        file: JOURNAL,
        find: '    if (journal.size < bytes.length) await handle.truncate(journal.size);\n',
        replace: '',
      },
    ],
    breaks: ['6', 'crash', '2'],
  },
  {
    name: 'log-not-flushed',
    does: 'tells the outcome, and ends, before the log was taken',
    edits: [{ file: CONCLUDE, find: '  await sender.flushed();\n', replace: '' }],
    breaks: ['6'],
  },
  {
    name: 'outcome-told-once',
    does: 'does not repeat an outcome to which no answer came',
    edits: [
      {
        file: CONCLUDE,
        find: '  await retrying(() => client.outcome(outcome), trouble);',
        replace: '  if (trouble.clock) await client.outcome(outcome);',
      },
    ],
    breaks: ['2', 'liveness'],
  },
  {
    name: 'start-asked-once',
    does: 'does not ask again to start when no answer came',
    edits: [
      {
        file: 'launcher/init/init.ts',
        find: '    return await retrying(() => client.start(hasPolicy(environment)), { ...trouble, until: identity.startDeadline });',
        replace:
          '    return await (identity.startDeadline > 0 && trouble.clock ? client.start(hasPolicy(environment)) : asExit(undefined));',
      },
    ],
    breaks: ['2'],
  },
  {
    name: 'heartbeat-gives-up',
    does: 'stops the run when a heartbeat is not answered',
    edits: [
      {
        file: 'launcher/heartbeat.ts',
        find: 'const { stop } = await retrying(() => client.heartbeat({ step, waitSeconds: POLL_WAIT_SECONDS }, signal), {\n      clock,\n      signal,\n      alsoRetry,\n      onTrouble: (error) => logger.warn(error.message),\n    });',
        replace:
          'const { stop } = await client.heartbeat({ step, waitSeconds: POLL_WAIT_SECONDS }, signal).catch((error: CallError) => (alsoRetry(error), logger.warn(error.message), retrying, { stop: { reason: error.message } }));',
      },
    ],
    breaks: ['2', '10'],
  },
  {
    name: 'unknown-run-stops',
    does: 'stops a run of which a restored control plane does not know',
    edits: [
      {
        file: 'launcher/relay/unknown-run.ts',
        find: "return error.kind === 'not-found' && this.clock.monotonic() < this.until;",
        replace: "return error.kind === 'not-found' && this.clock.monotonic() > this.until;",
      },
    ],
    breaks: ['10', '2'],
  },
  {
    name: 'fenced-goes-on',
    does: 'goes on with a run that was given up, and that others may have by now',
    edits: [
      {
        file: 'launcher/relay/relay.ts',
        find: "    else if (!isReporting || error.kind !== 'fenced') refused.abort(error);",
        replace: "    else if (isReporting && error.kind !== 'fenced') refused.abort(error);",
      },
    ],
    breaks: ['9', '1', 'liveness'],
  },
  {
    name: 'half-done-is-success',
    does: 'calls a stage a success whose steps were not all carried out',
    edits: [
      {
        file: 'launcher/relay/outcome.ts',
        find: '  if (failed === undefined && results.length === steps.length) {',
        replace: '  if (failed === undefined && results.length <= steps.length) {',
      },
    ],
    breaks: ['3'],
    notModelled: 'the outcome of a run is compared with the steps that were carried out',
  },
];

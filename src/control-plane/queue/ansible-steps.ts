import { CHANGES_EXIT_CODE, type RunSpec, type Stage } from '../../protocol/messages';
import { shellQuote } from '../../protocol/shell';
import type { RunRecord } from '../store/records';

type Step = RunSpec['steps'][number];

/** What a run of an Ansible stack does: roles and collections first, then the playbook, at first as a check. */
export function ansibleSteps(
  run: Pick<RunRecord, 'command' | 'skipInitialization'>,
  playbook: string,
  stage: Stage,
): Step[] {
  const init = { name: 'init', command: REQUIREMENTS, successExitCodes: [] };
  if (stage === 'applying') return [init, { name: 'apply', command: applied(playbook), successExitCodes: [] }];
  if (run.command === null) {
    return [init, { name: 'plan', command: checked(playbook), successExitCodes: [CHANGES_EXIT_CODE] }];
  }
  const task = { name: 'task', command: run.command, successExitCodes: [] };
  return run.skipInitialization ? [task] : [init, task];
}

/** They lie outside of the workspace, and so are fetched for each stage. */
const REQUIREMENTS = `for wp_file in requirements.yml requirements.yaml; do
  if [ -f "$wp_file" ]; then ansible-galaxy install -r "$wp_file" || exit 1; fi
done`;

const applied = (playbook: string): string => `exec ansible-playbook ${shellQuote(playbook)}`;

/** Counts what a playbook changes, or would change: Ansible's exit code does not say. */
const COUNTER = `import os
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = '''
name: worker_pools_changes
type: aggregate
short_description: counts what a playbook changes
description: writes the number of changed tasks where WORKER_POOLS_CHANGES says
'''


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'worker_pools_changes'
    CALLBACK_NEEDS_ENABLED = False

    def v2_playbook_on_stats(self, stats):
        changed = sum(stats.summarize(host)['changed'] for host in stats.processed)
        with open(os.environ['WORKER_POOLS_CHANGES'], 'w') as file:
            file.write(str(changed))
`;

/**
 * Ansible takes plugins from a folder beside the playbook, whatever its settings name besides: a variable for that would
 * hide those of ansible.cfg. The plugin is gone again before the workspace is kept for the apply. Ansible's own exit codes
 * may be the one that means changes here; where nothing was counted, there may be some.
 */
function checked(playbook: string): string {
  const slash = playbook.lastIndexOf('/');
  const folder = `${slash < 0 ? '.' : playbook.slice(0, slash)}/callback_plugins`;
  return `wp_folder=${shellQuote(folder)}
wp_plugin="$wp_folder/worker_pools_changes.py"
wp_made=
[ -d "$wp_folder" ] || { mkdir "$wp_folder" && wp_made=yes; } || exit 1
WORKER_POOLS_CHANGES="$wp_plugin.count"
export WORKER_POOLS_CHANGES
cat >"$wp_plugin" <<'EOF' || exit 1
${COUNTER}EOF
PYTHONDONTWRITEBYTECODE=1 ansible-playbook --check --diff ${shellQuote(playbook)}
wp_code=$?
wp_changes=$(cat "$WORKER_POOLS_CHANGES" 2>/dev/null)
rm -f "$wp_plugin" "$WORKER_POOLS_CHANGES"
[ -z "$wp_made" ] || rmdir "$wp_folder" 2>/dev/null
[ "$wp_code" -eq ${CHANGES_EXIT_CODE} ] && exit 1
[ "$wp_code" -eq 0 ] || exit "$wp_code"
[ "$wp_changes" = 0 ] || exit ${CHANGES_EXIT_CODE}`;
}

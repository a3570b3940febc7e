import type { Fixture } from '../fixtures/fixture';

const FOLDER = '/opt/spacelift/policies/initialization';
const REGO = 'package spacelift\n\ndeny["you shall not pass"] { input.run.type == "TASK" }\n';

export const policyDenied: Fixture = {
  name: 'PolicyDenied: the initialization policy of its pool denies it, whose words are in its log',
  objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'policy' }, data: { 'policy.rego': REGO } }],
  pool: {
    pod: {
      volumes: [{ name: 'policy', configMap: { name: 'policy' } }],
      initContainer: {
        volumeMounts: [{ name: 'policy', mountPath: FOLDER, readOnly: true }],
        env: [{ name: 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY', value: `${FOLDER}/policy.rego` }],
      },
    },
  },
  outcome: 'PolicyDenied',
  says: ['The initialization policy of the pool denied the run: you shall not pass'],
  logs: ['Initialization policy, deny: you shall not pass'],
  afterwards: async (scene) => {
    if ((await scene.log()).includes('The source was fetched')) throw new Error('the source was fetched');
  },
};

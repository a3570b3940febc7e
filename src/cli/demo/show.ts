import { followLog, type LogEnd } from '../api/follow';
import { triggerRun } from '../api/operations';
import { print } from '../api/output';
import type { Demo } from './bring-up';
import { DEMO } from './settings';

/** Triggers a run of the demo's stack and prints its log as it comes. */
export async function runTheStack(demo: Demo): Promise<LogEnd & { readonly runId: string }> {
  const { id: runId } = await triggerRun(demo.client, DEMO.stack.name);
  print(`\nRun ${runId} of the stack "${DEMO.stack.name}"`, process.stdout, 'strong');
  const end = await followLog(demo.client, runId, true);
  return { ...end, runId };
}

export function sayHowToGoOn(demo: Demo, end: LogEnd & { readonly runId: string }): void {
  const { kubectlForPeople: kubectl } = demo.kubernetes;
  const { pool, controlPlane, operator } = DEMO;
  const good = end.state === 'FINISHED';
  const api = `--url ${demo.url} --ca ca.crt --api-key-secret-file key`;
  const secret = `get secret ${controlPlane.apiKeySecret} -n ${controlPlane.namespace}`;
  print(`\nThe run is ${end.state}${end.message ? `: ${end.message}` : ''}`, process.stdout, good ? 'good' : 'bad');
  print(`
Look further:
  page        ${
    demo.cluster.kind === 'context'
      ? `${kubectl} port-forward -n ${controlPlane.namespace} service/${controlPlane.name} 8443, then https://127.0.0.1:8443`
      : demo.url
  }
  kubeconfig  ${demo.cluster.kubeconfigPath}
  pool        ${kubectl} get workerpools,workers
  run Pods    ${kubectl} get pods -l workers.spacelift.io/run-id=${end.runId}
  scale       ${kubectl} scale workerpool ${pool.name} --replicas=5
  operator    ${kubectl} logs -n ${operator.namespace} deployment/${operator.release}-controller-manager
  API         ${kubectl} exec -n ${controlPlane.namespace} ${controlPlane.name}-0 -- cat /var/lib/worker-pools/ca.crt > ca.crt
              ${kubectl} ${secret} -o jsonpath='{.data.secret}' | base64 -d > key
              node dist/worker-pools/worker-pools.mjs run trigger ${DEMO.stack.name} --follow ${api}
  remove all  npm run demo -- --down`);
}

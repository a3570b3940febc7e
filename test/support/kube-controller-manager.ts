import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import { apiServer } from './api-server';

export interface RunningControllerManager {
  stop(): Promise<void>;
}

/**
 * Kubernetes' own controllers on the shared API server, which otherwise has none. Only those that a test names, so that
 * the others do not act on the objects of every other test.
 */
export async function startControllerManager(controllers: readonly string[]): Promise<RunningControllerManager> {
  const name = 'kube-controller-manager';
  const { [name]: program } = await ensureBinaries([name]);
  const child = spawn(
    program,
    [
      `--kubeconfig=${apiServer().kubeconfigPath}`,
      `--controllers=${controllers.join(',')}`,
      '--leader-elect=false',
      // It serves nothing that a test asks for.
      '--secure-port=0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  await once(child, 'spawn');
  return {
    stop: async () => {
      const early = child.exitCode !== null;
      child.kill('SIGTERM');
      const code = await ended;
      if (early) throw new Error(`${name} had ended with exit code ${code}:\n${said}`);
    },
  };
}

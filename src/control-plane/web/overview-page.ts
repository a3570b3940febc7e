import { html } from 'hono/html';
import type { PoolRecord, RunRecord, WorkerRecord } from '../store/records';
import { page, refreshNote, type Html } from './layout';
import { age, count, runLink, stateWord } from './words';

export interface PoolOverview {
  readonly pool: PoolRecord;
  /** The newest. */
  readonly workers: readonly WorkerRecord[];
  readonly registered: number;
  readonly busy: number;
  readonly pendingRuns: number;
}

/** Workers shown of each pool; the rest is counted. */
export const WORKERS_SHOWN = 50;

/** All pools with their workers, and the newest runs. */
export function overviewPage(
  pools: readonly PoolOverview[],
  runs: readonly RunRecord[],
  now: number,
  refreshSeconds: number | null,
): Html {
  const names = new Map(pools.map(({ pool }) => [pool.id, pool.name]));
  const noPool = html`<p>There is no pool yet: <code>worker-pools pool create NAME --out DIR</code> makes one.</p>`;
  const noRun = html`<p>No run yet: <code>worker-pools run trigger STACK --follow</code> starts one.</p>`;
  const body = html`
    <h1>Pools and runs</h1>
    ${refreshNote(refreshSeconds)} ${pools.length === 0 ? noPool : pools.map((one) => poolSection(one, now))}
    <h2 id="runs">Runs</h2>
    ${runs.length === 0 ? noRun : runTable(runs, names, now)}
  `;
  return page('Overview', body, refreshSeconds);
}

function poolSection({ pool, workers, registered, busy, pendingRuns }: PoolOverview, now: number): Html {
  const hidden = registered - workers.length;
  const noWorker = html`<p>
    No worker is registered. Does a WorkerPool with this pool's token exist in a cluster, and is its controller running?
  </p>`;
  return html`
    <section aria-labelledby="pool-${pool.id}">
      <h2 id="pool-${pool.id}">${pool.name}</h2>
      ${pool.description ? html`<p>${pool.description}</p>` : ''}
      <p class="muted small">
        ${count(registered, 'worker')}, ${busy} busy · ${count(pendingRuns, 'run')} waiting for a worker ·
        <code>${pool.id}</code>
      </p>
      ${workers.length === 0 ? noWorker : workerTable(pool, workers, now)}
      ${hidden > 0 ? html`<p class="muted">and ${hidden} more</p>` : ''}
    </section>
  `;
}

function workerTable(pool: PoolRecord, workers: readonly WorkerRecord[], now: number): Html {
  return html`
    <div class="card">
      <table aria-labelledby="pool-${pool.id}">
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">Status</th>
            <th scope="col">Run</th>
            <th scope="col">Registered</th>
          </tr>
        </thead>
        <tbody>
          ${workers.map(
            (worker) => html`
              <tr>
                <td><code>${worker.name}</code></td>
                <td>${workerStatus(worker)}</td>
                <td data-label="Run">${worker.runId === null ? '' : runLink(worker.runId)}</td>
                <td data-label="Registered">${age(worker.createdAt, now)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function workerStatus({ drained, retiring, runId }: WorkerRecord): Html {
  const leaving = drained || retiring;
  if (runId !== null) return html`<span class="state live">${leaving ? 'busy, then drained' : 'busy'}</span>`;
  return leaving ? html`<span class="state">drained</span>` : html`<span class="state good">idle</span>`;
}

function runTable(runs: readonly RunRecord[], pools: ReadonlyMap<string, string>, now: number): Html {
  return html`
    <div class="card">
      <table aria-labelledby="runs">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">Stack</th>
            <th scope="col">Pool</th>
            <th scope="col">Created</th>
          </tr>
        </thead>
        <tbody>
          ${runs.map(
            (run) => html`
              <tr>
                <td>${runLink(run.id)}</td>
                <td>${stateWord(run.state)}</td>
                <td data-label="Stack">${run.stackName}</td>
                <td data-label="Pool">${pools.get(run.poolId) ?? '(deleted)'}</td>
                <td data-label="Created">${age(run.createdAt, now)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

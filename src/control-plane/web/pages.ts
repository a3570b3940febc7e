import { html } from 'hono/html';
import { isTerminal } from '../queue/transitions';
import type { LogRecord, PoolRecord, RunRecord, WorkerRecord } from '../store/records';
import { moment, page, type Html } from './layout';

export interface PoolOverview {
  readonly pool: PoolRecord;
  readonly workers: readonly WorkerRecord[];
  readonly pendingRuns: number;
}

/** Workers shown of each pool; the rest is counted. */
const WORKERS_SHOWN = 50;

export function overviewPage(pools: readonly PoolOverview[], runs: readonly RunRecord[]): Html {
  const body = html`
    <h1>Worker pools</h1>
    ${pools.length === 0 ? html`<p>There is no pool yet: <code>worker-pools pool create NAME --out DIR</code> makes one.</p>` : ''}
    ${pools.map(poolSection)}
    <h2>Runs</h2>
    ${runs.length === 0 ? html`<p>No run yet: <code>worker-pools run trigger STACK</code> starts one.</p>` : runTable(runs)}
  `;
  return page('Overview', body, 5);
}

function poolSection({ pool, workers, pendingRuns }: PoolOverview): Html {
  const busy = workers.filter((worker) => worker.runId !== null).length;
  const hidden = workers.length - WORKERS_SHOWN;
  return html`
    <section aria-labelledby="pool-${pool.id}">
      <h2 id="pool-${pool.id}">${pool.name}</h2>
      <p class="muted">
        <code>${pool.id}</code> · ${workers.length} workers, ${busy} busy · ${pendingRuns} runs waiting
      </p>
      ${workers.length === 0 ? html`<p>No worker is registered.</p>` : workerTable(workers.slice(0, WORKERS_SHOWN))}
      ${hidden > 0 ? html`<p class="muted">and ${hidden} more</p>` : ''}
    </section>
  `;
}

function workerTable(workers: readonly WorkerRecord[]): Html {
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">Status</th>
          <th scope="col">Run</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        ${workers.map(
          (worker) => html`
            <tr>
              <td><code>${worker.name}</code></td>
              <td>${worker.drained || worker.retiring ? 'drained' : worker.runId === null ? 'idle' : 'busy'}</td>
              <td>${worker.runId === null ? '' : runLink(worker.runId)}</td>
              <td>${moment(worker.createdAt)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

function runTable(runs: readonly RunRecord[]): Html {
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Stack</th>
          <th scope="col">State</th>
          <th scope="col">Created</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map(
          (run) => html`
            <tr>
              <td>${runLink(run.id)}</td>
              <td>${run.stackName}</td>
              <td>${stateWord(run)}</td>
              <td>${moment(run.createdAt)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

export function runPage(run: RunRecord, log: readonly LogRecord[], isCut: boolean): Html {
  const body = html`
    <h1>Run of ${run.stackName}</h1>
    <p><code>${run.id}</code> · ${run.type.toLowerCase()} · ${stateWord(run)} · created ${moment(run.createdAt)}</p>
    ${run.message ? html`<p>${run.reason ? html`<strong>${run.reason}</strong>: ` : ''}${run.message}</p>` : ''}
    ${
      run.state === 'UNCONFIRMED'
        ? html`<p>Waits for confirmation: <code>worker-pools run confirm ${run.id}</code></p>`
        : ''
    }
    <h2 id="log">Log</h2>
    ${isCut ? html`<p class="muted">Only the end is shown: <code>worker-pools run log ${run.id}</code> prints all of it.</p>` : ''}
    <pre aria-labelledby="log" tabindex="0">
${log.map((record) =>
        record.stream === 'system' ? html`<span class="system">${record.text}</span>` : html`${record.text}`,
      )}</pre>
  `;
  return page(`Run ${run.id}`, body, isTerminal(run.state) ? undefined : 3);
}

export function errorPage(title: string, message: string): Html {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${message}</p>`,
  );
}

function runLink(id: string): Html {
  return html`<a href="/runs/${id}"><code>${id}</code></a>`;
}

function stateWord(run: RunRecord): Html {
  const mood = run.state === 'FINISHED' ? 'good' : run.state === 'FAILED' ? 'bad' : '';
  return html`<span class="state ${mood}">${run.state}</span>`;
}

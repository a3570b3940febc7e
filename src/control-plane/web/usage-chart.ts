import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import { table, type Html } from './html';
import { columnsOf, neededFrom, RANGES, type Column, type Range } from './usage-series';
import { moment } from './words';

const [WIDTH, HEIGHT] = [600, 100];

type Figure = keyof NonNullable<Column['figures']>;

interface Layer {
  readonly figure: Figure;
  readonly name: string;
}

interface Chart {
  readonly id: string;
  readonly title: string;
  /** Lowest first; they lie on each other. */
  readonly layers: readonly Layer[];
}

const CHARTS: readonly Chart[] = [
  { id: 'queue', title: 'Runs waiting for a worker', layers: [{ figure: 'queued', name: 'waiting' }] },
  {
    id: 'workers',
    title: 'Workers',
    layers: [
      { figure: 'busy', name: 'busy' },
      { figure: 'idle', name: 'idle' },
      { figure: 'drained', name: 'drained' },
    ],
  },
];

/** Queue and workers of a pool over time: two charts, and the same as a table. */
export async function usage(admin: AdminService, poolId: string, query: URLSearchParams): Promise<Html> {
  const asked = query.get('range') ?? '';
  const range: Range = Object.hasOwn(RANGES, asked) ? (asked as Range) : '24h';
  const now = Date.now();
  const columns = columnsOf(await admin.samples(poolId, neededFrom(range, now)), range, now);
  const isKnown = columns.some(({ figures }) => figures !== null);
  return html`
    <nav class="actions" aria-label="Time">
      ${(Object.keys(RANGES) as Range[]).map(
        (one) =>
          html`<a
            class="button"
            id="range-${one}"
            href="/pools/${poolId}/usage?range=${one}"
            ${one === range ? html`aria-current="true"` : ''}
            >${RANGES[one].name}</a
          >`,
      )}
    </nav>
    ${
      isKnown
        ? html`${CHARTS.map((chart) => figureOf(chart, columns, range))}${asTable(columns)}`
        : html`<p>Nothing is known of this time yet: the control plane looks at its pools once a minute.</p>`
    }
  `;
}

function figureOf({ id, title, layers }: Chart, columns: readonly Column[], range: Range): Html {
  const totals = columns.map(({ figures }) => (figures ? sumOf(figures, layers) : 0));
  const top = Math.max(1, ...totals);
  const newest = columns.findLast(({ figures }) => figures !== null)!.figures!;
  const words = layers.map(({ figure, name }) => `${newest[figure]} ${name}`).join(', ');
  const summary = `${RANGES[range].name}: at most ${Math.max(...totals)}. Last: ${words}.`;
  return html`
    <figure class="card chart">
      <figcaption id="${id}-title"><strong>${title}</strong> <span class="muted small">${summary}</span></figcaption>
      <div class="plot">
        <span class="muted small" aria-hidden="true">${top}</span>
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title">
          <title>${title}</title>
          <desc>${summary} The table below has every figure.</desc>
          <defs>
            <pattern id="${id}-idle" width="6" height="6" patternUnits="userSpaceOnUse">
              <path d="M0 6 6 0" class="hatch" />
            </pattern>
            <pattern id="${id}-drained" width="6" height="6" patternUnits="userSpaceOnUse">
              <circle cx="2" cy="2" r="1.2" class="dot" />
            </pattern>
          </defs>
          ${layers.map((layer, at) => area(id, layer, layers.slice(0, at), columns, top))}
        </svg>
        <span class="muted small" aria-hidden="true">0</span>
      </div>
      <p class="muted small axis" aria-hidden="true">
        ${moment(columns[0]!.at)}<span>${moment(columns.at(-1)!.at + RANGES[range].columnMs)}</span>
      </p>
      ${
        layers.length > 1
          ? html`<ul class="legend small" aria-hidden="true">
              ${layers.map(({ figure, name }) => html`<li class="of-${figure}">${name}</li>`)}
            </ul>`
          : ''
      }
    </figure>
  `;
}

/** As steps. Where nothing is known there is nothing. */
function area(id: string, layer: Layer, below: readonly Layer[], columns: readonly Column[], top: number): Html {
  const width = WIDTH / columns.length;
  const y = (value: number) => (HEIGHT - (value / top) * (HEIGHT - 2)).toFixed(1);
  const bars = columns.flatMap(({ figures }, at) => {
    if (!figures || figures[layer.figure] === 0) return [];
    const base = sumOf(figures, below);
    const [left, right] = [(at * width).toFixed(1), ((at + 1) * width).toFixed(1)];
    return [`M${left} ${y(base)}V${y(base + figures[layer.figure])}H${right}V${y(base)}Z`];
  });
  const path = bars.join('');
  const pattern = layer.figure === 'idle' || layer.figure === 'drained' ? `url(#${id}-${layer.figure})` : '';
  return html`<path
      class="area of-${layer.figure}"
      d="${path}"
    />${pattern ? html`<path d="${path}" fill="${pattern}" />` : ''}`;
}

const sumOf = (figures: NonNullable<Column['figures']>, layers: readonly Layer[]): number =>
  layers.reduce((sum, { figure }) => sum + figures[figure], 0);

/** Newest first. */
function asTable(columns: readonly Column[]): Html {
  const rows = columns.toReversed().map(({ at, figures }) => {
    const cells = figures
      ? [figures.queued, figures.busy, figures.idle, figures.drained].map(String)
      : Array(4).fill('not known');
    return [moment(at), ...(cells as string[])];
  });
  return html`<details id="usage-table">
    <summary id="usage-table-title">As a table: the most of each within a step</summary>
    ${table({ labelledBy: 'usage-table-title', columns: ['From', 'Waiting runs', 'Busy', 'Idle', 'Drained'], rows })}
  </details>`;
}

import { CONTROLLER_METRICS, EXPORTER_METRICS, RUNTIME_METRICS, type MetricDescription } from '../../../src/api';

const known: MetricDescription[] = [CONTROLLER_METRICS, RUNTIME_METRICS, EXPORTER_METRICS].flatMap((metrics) =>
  Object.values<MetricDescription>(metrics),
);
const SERIES = /\b(?:spacelift|leader_election)_\w+/g;

/** What is wrong with a query of ours: metrics that nobody serves, labels that a metric lacks, rates of a gauge. */
export function faults(query: string): string[] {
  const all = [...query.matchAll(SERIES)].map(([series]) => series);
  if (all.length === 0) return ['asks for no metric'];
  return [...all.flatMap((series) => (served(series) ? [] : [`${series} does not exist`])), ...misreadings(query)];
}

/** What only has to be there, or not, is not read. */
function misreadings(whole: string): string[] {
  const query = whole.replaceAll(/absent\(\w+\)| and on \(instance\) \w+/g, '');
  const found = [...query.matchAll(SERIES)].map(([series]) => series);
  return [
    ...matchersOf(query).flatMap(({ series, label }) => lacks(series, label)),
    ...groupings(query).flatMap(({ labels, inside }) =>
      labels.flatMap((label) => inside.flatMap((series) => lacks(series, label))),
    ),
    ...found.flatMap((series) => growth(query, series)),
  ];
}

/** Metric and labels behind the name of a series. */
function served(series: string): { type: MetricDescription['type']; labels: string[] } | undefined {
  const plain = known.find(({ name, type }) => name === series && type !== 'histogram');
  if (plain) return { type: plain.type, labels: [...plain.labels] };
  const [, name, part] = /^(.+)_(bucket|sum|count)$/.exec(series) ?? [];
  const histogram = known.find((metric) => metric.name === name && metric.type === 'histogram');
  return histogram && { type: 'counter', labels: [...histogram.labels, ...(part === 'bucket' ? ['le'] : [])] };
}

function lacks(series: string, label: string): string[] {
  return served(series)?.labels.includes(label) === false ? [`${series} has no label ${label}`] : [];
}

function matchersOf(query: string): { series: string; label: string }[] {
  return [...query.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, series = '', matchers = '']) =>
    [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => ({ series, label })),
  );
}

/** `by (labels) (expression)`: the labels, and the series in the expression. */
function groupings(query: string): { labels: string[]; inside: string[] }[] {
  return [...query.matchAll(/\bby \(([^)]*)\) \(/g)].map((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    while (depth > 0 && end < query.length) {
      if (query[end] === '(') depth += 1;
      if (query[end] === ')') depth -= 1;
      end += 1;
    }
    const inside = [...query.slice(start, end).matchAll(SERIES)].map(([series]) => series);
    return { labels: (match[1] ?? '').split(',').map((label) => label.trim()), inside };
  });
}

/** Counters are read by how much they grew, gauges as they are. */
function growth(query: string, series: string): string[] {
  const grows = new RegExp(`(rate|increase)\\(${series}(\\{[^}]*\\})?\\[`).test(query);
  const isCounter = served(series)?.type === 'counter';
  return grows === isCounter ? [] : [`${series} is read as ${grows ? 'a counter' : 'a gauge'}`];
}

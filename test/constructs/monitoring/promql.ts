import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { ALL_METRICS, type MetricDescription } from '../../../src/api';

/** Labels that Prometheus gives to whatever it scrapes. */
const OF_THE_TARGET = ['instance', 'job', 'namespace'];

/** What is wrong with a query of ours: what is no PromQL, metrics that nobody serves, labels that they lack, rates of a gauge. */
export function faults(query: string): string[] {
  const { topNode } = parser.parse(query);
  const textOf = ({ from, to }: SyntaxNode): string => query.slice(from, to);
  const [broken] = below(topNode, (node) => node.type.isError);
  if (broken) return [`is no PromQL from ${JSON.stringify(query.slice(broken.from))} on`];
  const selectors = below(topNode, ({ name }) => name === 'VectorSelector');
  if (selectors.length === 0) return ['asks for no metric'];
  return selectors.flatMap((selector) => {
    const name = selector.getChildren('Identifier').map(textOf).join();
    const metric = served(name);
    if (metric === undefined) return [`${name} does not exist`];
    const lacking = labelsAsked(selector)
      .map(textOf)
      .filter((label) => ![...metric.labels, ...OF_THE_TARGET].includes(label));
    return [...lacking.map((label) => `${name} has no label ${label}`), ...misreadings(selector, name, metric)];
  });
}

/** The series that a query asks for, with the labels that each has and the matchers by which it is chosen. */
export function seriesIn(query: string): { labels: readonly string[]; matchers: string[] }[] {
  const textOf = ({ from, to }: SyntaxNode): string => query.slice(from, to);
  return below(parser.parse(query).topNode, ({ name }) => name === 'VectorSelector').map((selector) => ({
    labels: served(selector.getChildren('Identifier').map(textOf).join())?.labels ?? [],
    matchers: below(selector, ({ name }) => name === 'UnquotedLabelMatcher').map(textOf),
  }));
}

/** Names of the metrics that a query asks for. */
export function metricsIn(query: string): string[] {
  const textOf = ({ from, to }: SyntaxNode): string => query.slice(from, to);
  return below(parser.parse(query).topNode, ({ name }) => name === 'VectorSelector').flatMap((selector) => {
    const metric = served(selector.getChildren('Identifier').map(textOf).join());
    return metric === undefined ? [] : [metric.name];
  });
}

/** Those by which series are chosen, matched and grouped. */
function labelsAsked(selector: SyntaxNode): SyntaxNode[] {
  const groupings = isOnlyPresence(selector)
    ? []
    : above(selector).flatMap((node) => [
        ...node.getChildren('AggregateModifier').filter((modifier) => modifier.getChild('By')),
        ...node.getChildren('MatchingModifierClause').filter((modifier) => modifier.getChild('On')),
      ]);
  const places = [...selector.getChildren('LabelMatchers'), ...groupings];
  return places.flatMap((place) => below(place, ({ name }) => name === 'LabelName'));
}

/** Counters are read by how much they grew, gauges as they are. */
function misreadings(selector: SyntaxNode, name: string, { type }: MetricDescription): string[] {
  if (isOnlyPresence(selector)) return [];
  const grows = above(selector).some((node) => ['Rate', 'Increase'].includes(functionOf(node)));
  return grows === (type === 'counter') ? [] : [`${name} is read as ${grows ? 'a counter' : 'a gauge'}`];
}

/** Whether a series only has to be there, or not. */
const isOnlyPresence = (selector: SyntaxNode): boolean =>
  above(selector).some(
    (node) =>
      functionOf(node) === 'Absent' ||
      ((node.getChild('And') ?? node.getChild('Unless')) && (node.lastChild?.from ?? 0) <= selector.from),
  );

const functionOf = (node: SyntaxNode): string => node.getChild('FunctionIdentifier')?.firstChild?.name ?? '';

/** The metric behind the name of a series, as that series shows it. */
function served(series: string): MetricDescription | undefined {
  const plain = ALL_METRICS.find(({ name, type }) => name === series && type !== 'histogram');
  if (plain) return plain;
  const [, name, part] = /^(.+)_(bucket|sum|count)$/.exec(series) ?? [];
  const histogram = ALL_METRICS.find((metric) => metric.name === name && metric.type === 'histogram');
  return (
    histogram && {
      ...histogram,
      type: 'counter',
      labels: [...histogram.labels, ...(part === 'bucket' ? ['le'] : [])],
    }
  );
}

function below(root: SyntaxNode, isWanted: (node: SyntaxNode) => boolean): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  root.cursor().iterate(({ node }) => {
    if (isWanted(node)) found.push(node);
  });
  return found;
}

const above = ({ parent }: SyntaxNode): SyntaxNode[] => (parent ? [parent, ...above(parent)] : []);

import { NOT_SEEN, withKinds, worstFirst, type Finding } from './finding';
import { gatherScene, type Scene, type SceneOptions, type Scope } from './scene';
import type { Subject } from './subject';
import { SUBJECTS } from './subjects';
import type { ClusterView } from './view';

/** What was found, and what was looked at. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly subjects: readonly string[];
  readonly scene: Scene;
}

/** Looks at a cluster. @throws KubeError where the API server gives no answer at all */
export async function examine(
  view: ClusterView,
  scope: Scope,
  options: SceneOptions,
  subjects: readonly Subject[] = SUBJECTS,
): Promise<Report> {
  const scene = await gatherScene(view, scope, options);
  const found = await Promise.all(subjects.map((subject) => examineOne(subject, view.apart(), scene)));
  const findings = worstFirst([...notSeen('cluster', view), ...found.flat()]);
  return { findings: withoutRepetition(findings), subjects: subjects.map(({ name }) => name), scene };
}

async function examineOne(subject: Subject, view: ClusterView, scene: Scene): Promise<Finding[]> {
  const facts = await subject.gather({ view, scene });
  return [...withKinds(subject.name, subject.kinds, subject.findings(facts)), ...notSeen(subject.name, view)];
}

const notSeen = (subject: string, view: ClusterView): Finding[] =>
  view.notSeen.map(({ why, mend }) => {
    return { level: 'UNKNOWN', subject, code: NOT_SEEN, object: 'what you may see', message: why, mend };
  });

/** What several subjects could not look at is told once. */
function withoutRepetition(findings: readonly Finding[]): Finding[] {
  const keyOf = ({ code, object, message }: Finding): string => JSON.stringify([code, object, message]);
  return [...new Map([...findings].reverse().map((finding) => [keyOf(finding), finding])).values()].reverse();
}

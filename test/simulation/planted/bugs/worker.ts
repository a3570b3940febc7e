import type { PlantedBug } from '../bug';

const APPLY = 'controller/worker/apply.ts';
const DECIDE_RUN = 'controller/worker/decide-run.ts';
const DECIDE = 'controller/worker/decide.ts';

/** In what the controller does about one Worker and its run. */
export const WORKER_BUGS: readonly PlantedBug[] = [
  {
    name: 'live-read-skipped',
    does: 'deletes a Pod that has not begun on the word of the cache alone, without a live read or a precondition',
    edits: [
      {
        file: APPLY,
        find: '  if (live.metadata.uid !== pod.metadata.uid || workerBegan(live) || !isLive(live)) {\n    return context.caches.pods.noteWritten(live);\n  }\n  return deletePod(context, worker, live);',
        replace: '  return deletePod(context, worker, pod);',
      },
      {
        file: APPLY,
        find: 'await client.delete(PODS, namespace, name, { uid, resourceVersion });',
        replace: 'await client.delete(PODS, namespace, name, { uid });',
      },
    ],
    breaks: ['8', '2'],
  },
  {
    name: 'deletion-without-version',
    does: 'deletes a Pod that had not begun when it was looked at, whatever happened since',
    edits: [
      {
        file: APPLY,
        find: 'await client.delete(PODS, namespace, name, { uid, resourceVersion });',
        replace: 'await client.delete(PODS, namespace, name, { uid });',
      },
    ],
    breaks: ['8', '2'],
  },
  {
    name: 'deleted-event-trusted',
    does: 'takes a run for lost as soon as the watch shows its Pod no more, without looking for it',
    edits: [
      {
        file: 'controller/worker/controller.ts',
        find: "    if (isLive(pod) && !deleting.includes(pod.metadata.uid ?? '')) return memories.addVanished(key, pod);\n",
        replace: '',
      },
    ],
    breaks: ['8', '2'],
    notModelled: 'somebody takes the label off a Pod by which run Pods are found',
  },
  {
    name: 'own-pod-not-adopted',
    does: 'takes the Pod that a lost answer had created for somebody else’s',
    edits: [
      {
        file: APPLY,
        find: '  if (!carriesOut(live, assignment, worker.metadata.uid)) return nameTaken(name);',
        replace: '  if (carriesOut(live, assignment, worker.metadata.uid)) return nameTaken(name);',
      },
    ],
    breaks: ['2', 'liveness'],
  },
  {
    name: 'attempt-not-in-name',
    does: 'names the Pods of all attempts at a stage alike',
    edits: [
      {
        file: 'controller/run/pod.ts',
        find: '  return `${assignment.runId.toLowerCase()}-${assignment.stage}-${assignment.attempt}`;',
        replace: '  return `${assignment.runId.toLowerCase()}-${assignment.stage}-1`;',
      },
    ],
    breaks: ['liveness', '2', '1'],
  },
  {
    name: 'busy-worker-let-go',
    does: 'lets a deleted Worker go while its run is at work, whose Pod the garbage collector then takes',
    edits: [
      {
        file: 'controller/worker/decide-removal.ts',
        find: '  if (pods.some(isLive)) return { actions: [], waitsFor };\n  if (snapshot.retired && !assignment)',
        replace: '  if (snapshot.retired || pods.length > 0)',
      },
    ],
    breaks: ['8', '2'],
  },
  {
    name: 'deleted-worker-not-retired',
    does: 'does not ask the control plane to give a deleted Worker no further runs',
    edits: [
      {
        file: DECIDE,
        find: 'isLeaving(snapshot) ? decideRetirement(snapshot, assignment) : NOTHING_TO_DO;',
        replace: 'NOTHING_TO_DO;',
      },
    ],
    breaks: ['liveness'],
  },
  {
    name: 'orphans-ended',
    does: 'ends the Pods of a Worker to which the control plane has given no run, though one may be at work in them',
    edits: [
      {
        file: DECIDE,
        find: '{ actions: deleteUnstarted(snapshot, snapshot.pods) },',
        replace:
          "{ actions: snapshot.pods.filter((pod) => pod.status?.phase === 'Running' && pod.spec.activeDeadlineSeconds !== 1).map((pod) => ({ type: 'endPod', pod }) as const) },",
      },
    ],
    breaks: ['2'],
  },
  {
    name: 'released-too-early',
    does: 'frees Worker and stack of a run that has failed while its Pod is still at work',
    edits: [
      {
        file: 'controller/worker/decide-pod.ts',
        find: 'if (snapshot.memory.outcomeReported) return decideRemains(snapshot, assignment, pod);',
        replace: 'if (snapshot.memory.outcomeReported) return { actions: [released(assignment)] };',
      },
    ],
    breaks: ['9', '1'],
  },
  {
    name: 'never-released',
    does: 'does not tell the control plane that the Pod of a run is over',
    edits: [
      {
        file: 'controller/worker/decide-pod.ts',
        find: "if (outcome.kind === 'reported' || snapshot.memory.outcomeReported) return { actions: [released(assignment)] };",
        replace: "if (outcome.kind === 'reported' || snapshot.memory.outcomeReported) return { actions: [] };",
      },
    ],
    breaks: ['liveness', '5'],
  },
  {
    name: 'refusal-final',
    does: 'does not ask again for a Pod that a quota refused',
    edits: [
      {
        file: DECIDE_RUN,
        find: 'if (refusal && now < refusal.retryAt && refusal.poolGeneration === metadata.generation) {',
        replace: 'if (refusal) {',
      },
    ],
    breaks: ['2', 'liveness'],
  },
  {
    name: 'exit-code-misread',
    does: 'takes every end of a relay for one that has told the outcome',
    edits: [
      {
        file: 'controller/run/outcome.ts',
        find: 'if (relay?.exitCode === EXIT.ok && !wasKilledByKernel(relay)) return',
        replace: 'if (relay && !wasKilledByKernel(relay)) return',
      },
    ],
    breaks: ['2', '3'],
  },
];

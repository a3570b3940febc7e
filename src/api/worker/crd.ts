import { customResourceDefinition, type CustomResourceDefinition, type Kind } from '../crd';
import { ANNOTATION, WORKER } from '../names';
import { SPEC, STATUS } from './status';

/** The kind Worker. */
export const WORKER_KIND: Kind = {
  ...WORKER,
  // `wo` and `worker` are easily other people's; the letters of worker-pool worker are not.
  shortNames: ['wpw'],
  description: 'A slot of a WorkerPool: it has one run at a time, and no Pod while it is idle. Made by the operator.',
  spec: SPEC,
  status: STATUS,
  rules: [],
  columns: [
    { name: 'Pool', type: 'string', jsonPath: `.metadata.annotations.${escaped(ANNOTATION.workerPoolName)}` },
    { name: 'Registered', type: 'boolean', jsonPath: '.status.registered' },
    { name: 'Status', type: 'string', jsonPath: '.status.state' },
    { name: 'Run ID', type: 'string', jsonPath: '.status.currentRunID' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

/** A key with dots, as a JSON path wants it. */
function escaped(key: string): string {
  return key.replaceAll('.', '\\.');
}

/** The CustomResourceDefinition of Workers. */
export const workerCrd = (): CustomResourceDefinition => customResourceDefinition(WORKER_KIND);

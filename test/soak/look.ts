import type { RunPod, WorkerObject } from '../e2e/installation';

export const isLive = ({ status }: RunPod): boolean => status.phase === 'Running' || status.phase === 'Pending';

export const isBusy = ({ status }: WorkerObject): boolean => status?.state === 'BUSY';

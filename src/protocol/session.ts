import type {
  RegisterRequest,
  ReportRequest,
  ReportResponse,
  RetireRequest,
  RetireResponse,
  SyncRequest,
  SyncResponse,
  WorkerView,
  WorkerViews,
} from './messages';

/** How a session stands with the control plane, for conditions and metrics. */
export type SessionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly since: number }
  | {
      readonly state: 'failed';
      /** Which sentence and reason the WorkerPool's condition gets. */
      readonly cause: 'unreachable' | 'certificate' | 'rejected' | 'protocol';
      /** Plain words, with the endpoint and without secrets. */
      readonly message: string;
    };

type WithoutSession<T> = Omit<T, 'session' | 'term'>;

/**
 * One pool's connection to the control plane, over either transport (`connectPoll`, `connectMqtt`). Operations reject
 * with a ProtocolError; views arrive through `onView`, the newest revision of a worker replacing older ones, each at
 * least once. The connection restores itself for ever, with jittered back-off, and syncs after every restore.
 */
export interface ControlPlaneSession {
  readonly status: SessionStatus;
  register(request: WithoutSession<RegisterRequest>): Promise<WorkerViews>;
  sync(request: WithoutSession<SyncRequest>): Promise<SyncResponse>;
  retire(request: WithoutSession<RetireRequest>): Promise<RetireResponse>;
  report(request: WithoutSession<ReportRequest>): Promise<ReportResponse>;
  close(): Promise<void>;
}

export interface SessionEvents {
  /** A worker's view changed. Must not throw. */
  onView(view: WorkerView): void;
  /** The status changed. Must not throw. On every change to `connected` the owner syncs. */
  onStatus(status: SessionStatus): void;
}

/** A refusal or failure of the control plane, with the cause that the caller must tell apart. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly kind: 'unreachable' | 'certificate' | 'rejected' | 'protocol' | 'fenced' | 'superseded' | 'not-found',
    message: string,
    /** Whether the same call may succeed later. */
    readonly retryable: boolean,
    /** Until when it is of no use, in milliseconds from now, where the control plane says so. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

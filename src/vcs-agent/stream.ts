import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { PlainAgent, SecureAgent } from '../network/agents';
import { trustedAuthorities } from '../network/authorities';
import { causeOfFailure } from '../protocol/client/causes';
import {
  LARGEST_STREAM_MESSAGE,
  VCS_AGENT_PATH,
  VCS_HEADER,
  VCS_TIMES,
  type VcsAgentToken,
} from '../protocol/vcs-agents';

const HANDSHAKE_MS = 15_000;

/** A stream could not be opened. */
export class NoStream extends Error {
  constructor(
    message: string,
    /** Whether the control plane knows no such pool: trying again is of no use. */
    readonly isFinal = false,
  ) {
    super(message);
  }
}

interface Said {
  readonly token: VcsAgentToken;
  /** Of the agent, a ULID. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly silentStreamMs?: number | undefined;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** A stream that is open, on which the control plane has asked nothing yet. */
export class Stream {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly socket: WebSocket,
    /** Which of the replicas has it. */
    readonly replica: string,
    silentMs: number,
    /** Called with the number of replicas, as it is said. */
    onReplicas: (count: number) => void,
  ) {
    this.timer = setTimeout(() => socket.terminate(), silentMs);
    socket.on('ping', (data: Buffer) => {
      this.timer?.refresh();
      if (data.length > 0) onReplicas(Number(data.toString()));
    });
    socket.once('close', () => clearTimeout(this.timer));
    socket.on('error', () => undefined);
  }

  /** @throws NoStream */
  static open({ token, ...said }: Said, onReplicas: (count: number) => void): Promise<Stream> {
    const { endpoint, ca, poolId, secret } = token;
    const trusted = trustedAuthorities(ca);
    const socket = new WebSocket(new URL(VCS_AGENT_PATH, endpoint.replace(/^http/, 'ws')), {
      headers: {
        authorization: `Bearer ${secret}`,
        [VCS_HEADER.pool]: poolId,
        [VCS_HEADER.agent]: said.id,
        [VCS_HEADER.name]: said.name,
        [VCS_HEADER.version]: said.version,
      },
      agent: endpoint.startsWith('https:') ? new SecureAgent({ ...(trusted && { ca: trusted }) }) : new PlainAgent(),
      perMessageDeflate: false,
      maxPayload: LARGEST_STREAM_MESSAGE,
      handshakeTimeout: HANDSHAKE_MS,
    });
    return new Promise((resolve, reject) => {
      let replica = '';
      const giveUp = () => socket.terminate();
      said.signal.addEventListener('abort', giveUp);
      if (said.signal.aborted) giveUp();
      socket.once('upgrade', ({ headers }) => {
        replica = String(headers[VCS_HEADER.replica] ?? '');
        onReplicas(Number(headers[VCS_HEADER.replicas] ?? 1));
      });
      socket.once('unexpected-response', (request, { statusCode = 0 }) => {
        request.destroy();
        reject(refused(endpoint, statusCode));
      });
      socket.once('error', (error) => {
        said.signal.removeEventListener('abort', giveUp);
        reject(new NoStream(causeOfFailure(error, endpoint).message));
      });
      socket.once('open', () => {
        said.signal.removeEventListener('abort', giveUp);
        resolve(new Stream(socket, replica, said.silentStreamMs ?? VCS_TIMES.silentStreamMs, onReplicas));
      });
    });
  }

  /** The flow of bytes; from its first request on, its own time limits hold. */
  flow(): Duplex {
    const flow = createWebSocketStream(this.socket);
    flow.on('error', () => undefined);
    return flow;
  }

  begin(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  onClose(callback: () => void): void {
    this.socket.once('close', callback);
  }

  close(): void {
    this.socket.close(1000);
  }

  end(): void {
    this.socket.terminate();
  }
}

function refused(endpoint: string, status: number): NoStream {
  if (status === 401) {
    const why = 'the VCS agent pool of the token was deleted, or belongs to another control plane';
    return new NoStream(`the control plane at ${endpoint} refuses the token: ${why}`, true);
  }
  const advice =
    status === 404 || status === 400 || status === 200
      ? ': is it a control plane of this version, and does a proxy in front of it let WebSockets through?'
      : '';
  return new NoStream(`the control plane at ${endpoint} answers with status ${status}${advice}`);
}

import { expect } from '@jest/globals';
import type { ControlPlaneOptions } from '../../../../src/control-plane';
import type { PushHookInput } from '../../../../src/control-plane/admin/push-admin';
import { makePool, TestControlPlane } from '../../support/control-plane';
import { text, type Event, type Sign } from './git-events';

export interface Answer {
  readonly status: number;
  readonly body: { readonly run?: string | null; readonly why?: string | null; readonly message?: string };
}

/** Followed by no run, and why. */
export const none = (why: RegExp) => ({ status: 200, body: { run: null, why: expect.stringMatching(why) } });

/** A control plane, and of each test a stack that hears of pushes. */
export class PushDoor {
  /** Its id. */
  stack = '';
  secret = '';
  private count = 0;

  private constructor(readonly controlPlane: TestControlPlane) {}

  static async open(given: Partial<ControlPlaneOptions> = {}): Promise<PushDoor> {
    const options = { mqttPort: null, tls: false, metricsPort: 0, ...given };
    const controlPlane = await TestControlPlane.start(options);
    await makePool(controlPlane, 'pool');
    return new PushDoor(controlPlane);
  }

  close(): Promise<void> {
    return this.controlPlane.close();
  }

  get admin(): TestControlPlane['admin'] {
    return this.controlPlane.admin;
  }

  get name(): string {
    return `network-${this.count}`;
  }

  async make(hook: PushHookInput = {}, url = 'https://git.example.com/team/network.git'): Promise<void> {
    this.count += 1;
    const knownHosts = url.includes('git@') ? { credentials: { knownHosts: 'example.com ssh-ed25519 AAAA' } } : {};
    const repository = { url, branch: 'main', ...knownHosts };
    const input = { name: this.name, pool: 'pool', projectRoot: 'prod', repository };
    this.stack = (await this.admin.createStack(input)).id;
    this.secret = (await this.admin.pushes.create(this.stack, hook)).secret!;
  }

  /** Sends what is said as it is. */
  async send(content: string, headers: Readonly<Record<string, string>>, to = this.stack): Promise<Answer> {
    const response = await fetch(`${this.controlPlane.url}/api/v1/stacks/${to}/push`, {
      method: 'POST',
      body: content,
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** The same of an event, as its host does. */
  deliver({ sign }: { readonly sign: Sign }, event: Event): Promise<Answer> {
    return this.send(text(event), { ...event.headers, ...sign(event, this.secret) });
  }

  runs() {
    return this.admin.runs({ stack: this.stack });
  }
}

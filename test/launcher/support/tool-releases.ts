import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StackTool, ToolVersion } from '../../../src/protocol/messages';
import { releaseOf } from '../../../src/launcher/init/tools/release';
import type { SigningKey } from './signing-key';
import { zipOf } from './zip';

/** What a program of a release prints, so that a test knows it again. */
export const programOf = ({ name, version }: ToolVersion): string =>
  `#!/bin/sh\necho '{ "terraform_version": "${version}" }' ${name}\n`;

/** Publishes tools as OpenTofu and HashiCorp do, on the loopback. */
export class ToolReleases {
  /** By their paths. */
  readonly files = new Map<string, Buffer>();
  readonly requests: string[] = [];
  /** Answers in place of the files, when it is set. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

  readonly address: string;

  private constructor(private readonly server: Server) {
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(request.url ?? '');
      if (this.answer) return this.answer(request, response);
      const file = this.files.get(request.url ?? '');
      response.writeHead(file ? 200 : 404).end(file);
    });
  }

  static async open(): Promise<ToolReleases> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return new ToolReleases(server);
  }

  /** @param changes what is another than in an honest release */
  publish(
    tool: ToolVersion,
    key: SigningKey,
    changes: { archive?: Buffer; offered?: Buffer; sums?: string; signature?: Buffer } = {},
  ): { sha256: string } {
    const release = releaseOf(tool);
    const archive = changes.archive ?? zipOf({ LICENSE: 'free', [release.program]: programOf(tool) });
    const sha256 = createHash('sha256').update(archive).digest('hex');
    const honest = `${'0'.repeat(64)}  ${release.program}_${tool.version}_darwin_arm64.zip\n${sha256}  ${release.archive}\n`;
    const sums = changes.sums ?? honest;
    const put = (name: string, content: Buffer): void =>
      void this.files.set(`/releases/${release.folder}/${name}`, content);
    put(release.archive, changes.offered ?? archive);
    put(release.sums, Buffer.from(sums));
    put(release.signature, changes.signature ?? key.sign(sums));
    return { sha256 };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => void this.server.close(resolve));
  }
}

export const keysOf = (key: SigningKey): Record<StackTool, SigningKey> => ({ OPENTOFU: key, TERRAFORM: key });

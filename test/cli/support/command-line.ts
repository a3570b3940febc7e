import { expect } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { list } from 'tar';
import type { ControlPlaneOptions } from '../../../src/control-plane';
import { TestControlPlane } from '../../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { Program, type Result } from './program';

/** `worker-pools pool|stack|run` beside a control plane, in a folder for what they read and write. */
export class CommandLine {
  private constructor(
    private readonly folder: string,
    readonly controlPlane: TestControlPlane,
    /** The program without any setting. */
    readonly bare: Program,
    /** The program that knows the control plane. */
    readonly program: Program,
  ) {}

  static async open(options: Partial<ControlPlaneOptions> = {}): Promise<CommandLine> {
    const folder = temporaryFolder();
    const [bare, controlPlane] = await Promise.all([Program.ofApiCommands(folder), TestControlPlane.start(options)]);
    return new CommandLine(folder, controlPlane, bare, bare.knowing(controlPlane));
  }

  readonly at = (...path: string[]): string => join(this.folder, ...path);

  /** Makes files, and the folders above them. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(path)), { recursive: true });
      writeFileSync(this.at(path), content);
    }
  }

  /** Files and links of a stack's source that arrived. */
  async arrived(stack: string): Promise<string[]> {
    const { source } = (await this.controlPlane.admin.stack(stack))!;
    const found: string[] = [];
    await list({
      file: this.controlPlane.file('blobs', 'sources', source!),
      onReadEntry: ({ path, type }) => type !== 'Directory' && found.push(path.replace(/^\.\//, '')),
    });
    return found;
  }

  async close(): Promise<void> {
    await this.controlPlane.close();
    removeFolder(this.folder);
  }
}

/** The folder of a stack, with what is left out of it. */
export const SOURCE = {
  'source/main.tf': '# nothing',
  'source/network/main.tf': 'terraform {\n  backend "s3" {}\n}\n',
  'source/.git/HEAD': 'ref: refs/heads/main',
};

export const done = (stdout: unknown): Result => ({ exitCode: 0, stdout: stdout as string, stderr: '' });

/** One sentence and no trace. */
export const refused = (sentence: string, exitCode = 1): Result => ({
  exitCode,
  stdout: '',
  stderr: expect.stringMatching(
    new RegExp(`^worker-pools: .*${sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*\n$`),
  ) as unknown as string,
});

export const json = ({ stdout }: Result): Record<string, unknown>[] => JSON.parse(stdout) as Record<string, unknown>[];

import { chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_AS } from '../../../../src/api';
import type { WorkerPoolSpec } from '../../../../src/api';

const MOUNTED_AT = '/ledger';
const VOLUME = 'ledger';

/**
 * What the runs themselves did, on a disk outside of everything that is tried: a stack writes a line when its change begins
 * and one when it is done. Neither control plane nor controller can count a change that was made twice as one.
 */
export class Ledger {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, RUN_AS, RUN_AS);
  }

  /** What a pool's Pods have for it. */
  get pod(): WorkerPoolSpec['pod'] {
    return {
      volumes: [{ name: VOLUME, hostPath: { path: this.folder, type: 'Directory' } }],
      workerContainer: { volumeMounts: [{ name: VOLUME, mountPath: MOUNTED_AT }] },
    };
  }

  /** The file of a stack, as its steps name it. */
  pathOf(stack: string): string {
    return `${MOUNTED_AT}/${stack}`;
  }

  /** How often the change of a stack was begun, how often it was made, and how often taken back. */
  of(stack: string): { readonly begun: number; readonly made: number; readonly destroyed: number } {
    const file = join(this.folder, stack);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const count = (word: string): number => lines.filter((line) => line === word).length;
    return { begun: count('begun'), made: count('made'), destroyed: count('destroyed') };
  }
}

/** An OpenTofu project whose one change takes so many seconds, says so each second, and writes into the ledger. */
export const COUNTED_CHANGE = `# Built in: no provider has to be fetched.
variable "ledger" { type = string }
variable "seconds" { type = number }

resource "terraform_data" "change" {
  input            = var.ledger
  triggers_replace = timestamp()
  provisioner "local-exec" {
    command = <<-EOT
      echo begun >>"$LEDGER"
      second=0
      while [ "$second" -lt ${'$'}{var.seconds} ]; do
        second=$((second + 1))
        echo "second-$second"
        sleep 1
      done
      echo made >>"$LEDGER"
    EOT
    environment = { LEDGER = self.input }
  }
  provisioner "local-exec" {
    when        = destroy
    command     = "echo destroyed >>\\"$LEDGER\\""
    environment = { LEDGER = self.output }
  }
}
`;

/** What a run says in each second of its change. */
export const SECOND = /second-(\d+)$/gm;

import { MOST_OUTPUTS, OutputName, type Output, type Outputs } from '../../protocol/messages';
import { KeptJson, type Kept, type KeptValue } from './kept-json';
import type { Mask } from './mask';

/** Of what `output -json` says of an output: not its type. */
const OUTPUT: Kept = { members: { sensitive: 'text', value: 'json' } };

/** Makes the list of outputs of what `output -json` prints: nothing else is kept, and no value that is to stay in the Pod. */
export class OutputsSummary {
  private readonly json = new KeptJson({ each: OUTPUT }, (_, name, value) => this.take(name, value));
  private readonly outputs: Output[] = [];
  private bytes = 0;
  private isCut = false;

  constructor(
    private readonly mask: Pick<Mask, 'text'>,
    /** Whether values of sensitive outputs may leave the Pod. */
    private readonly letsSensitiveOut: boolean,
  ) {}

  add(chunk: Buffer): void {
    this.json.add(chunk);
  }

  /** Undefined when that was not what the tool prints. */
  get result(): Outputs | undefined {
    return this.json.isWhole ? { outputs: this.outputs, isCut: this.isCut } : undefined;
  }

  private take(name: string, kept: KeptValue): void {
    const { sensitive, value = false } = (kept ?? {}) as { sensitive?: KeptValue; value?: KeptValue };
    if (this.outputs.length >= MOST_OUTPUTS.outputs || !OutputName.safeParse(name).success) {
      this.isCut = true;
      return;
    }
    const text = typeof value === 'string' ? value : null;
    // What a tool that says nothing of it means is not known.
    const isSensitive = sensitive !== false || (text !== null && this.isMasked(text));
    this.outputs.push({ name, sensitive: isSensitive, ...this.told(name, text, isSensitive) });
  }

  private told(name: string, text: string | null, isSensitive: boolean): Pick<Output, 'value' | 'withheld'> {
    const size = Buffer.byteLength(name) + Buffer.byteLength(text ?? '');
    if (isSensitive && !this.letsSensitiveOut) return { value: null, withheld: 'sensitive' };
    if (text === null || this.bytes + size > MOST_OUTPUTS.bytes) return { value: null, withheld: 'too-large' };
    this.bytes += size;
    return { value: text };
  }

  private isMasked(text: string): boolean {
    return this.mask.text(Buffer.from(text)) !== text;
  }
}

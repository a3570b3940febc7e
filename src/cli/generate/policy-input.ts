import { z } from 'zod';
import { PolicyInput } from '../../protocol/messages';
import type { Artefact } from './artefact';

const PUBLISHED = 'docs/reference/initialization-policy-input.schema.json';
/** OPA reads it beside the launcher: a policy that reads what is not in it is refused. */
const CHECKED = 'src/launcher/init/policy/input-schema.generated.json';

/** The JSON schema of what initialization policies read. */
export function generatePolicyInput(): Promise<Artefact> {
  const schema = z.toJSONSchema(PolicyInput, { target: 'draft-7' });
  const titled = { title: 'input of an initialization policy', ...schema };
  const files = {
    [PUBLISHED]: `${JSON.stringify(titled, null, 2)}\n`,
    [CHECKED]: `${JSON.stringify(schema)}\n`,
  };
  return Promise.resolve({ files });
}

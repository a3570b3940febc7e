import { archiveOf, LARGEST_SOURCE } from '../../admin/source-archive';
import { bytesInWords } from '../words';
import type { Form } from './form';
import { requireStack } from './question';

const FIELD = 'source';

const upload: Form = {
  path: '/stacks/:id/source',
  action: 'stack.upload-source',
  right: 'source:write',
  field: FIELD,
  ask: async (admin, ids) => {
    const { id, name, source } = await requireStack(admin, ids);
    return {
      title: `Source of stack ${name}`,
      sentence:
        source === null ? 'It has none yet.' : 'It takes the place of the one that there is, for runs from now on.',
      fields: [
        {
          name: FIELD,
          label: 'Source, as tar.gz',
          kind: 'file',
          hint: `Of a folder, as tar czf source.tar.gz -C FOLDER . makes it; at most ${bytesInWords(LARGEST_SOURCE)}. worker-pools stack push makes and uploads it in one.`,
          accept: '.tgz,.gz,application/gzip',
          most: LARGEST_SOURCE,
          isRequired: true,
        },
      ],
      button: 'Upload',
      back: `/stacks/${id}`,
    };
  },
  take: async (admin, { id = '' }, content) => {
    await admin.uploadSource(id, archiveOf(content));
    return { goTo: `/stacks/${id}` };
  },
};

export const SOURCE_FORMS: readonly Form[] = [upload];

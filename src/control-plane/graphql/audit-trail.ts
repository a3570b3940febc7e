import { malformed } from '../errors';
import { ACTIONS, OBJECT_KINDS } from '../audit/actions';
import { idOf } from '../names';
import type { AuditTrailEntry, AuditTrailSearch } from '../store/audit-trail';
import { builder, seconds } from './builder';
import { checkSearch, pageBehind, pagesOf, SearchInput, type Filter } from './search';

/** As Spacelift writes kinds: WORKER_POOL. */
const typeOf = (kind: string): string => kind.toUpperCase().replaceAll('-', '_');

const Resource = builder.objectRef<NonNullable<AuditTrailEntry['related']>>('AuditTrailResource').implement({
  fields: (t) => ({
    resourceId: t.id({ nullable: true, resolve: ({ id }) => id || null }),
    resourceType: t.string({
      description: `One of ${OBJECT_KINDS.map(typeOf).join(', ')}.`,
      resolve: ({ kind }) => typeOf(kind),
    }),
    name: t.exposeString('name', { description: 'As it was called then; empty for what has no name.' }),
  }),
});

const ActorRun = builder.objectRef<{ readonly id: string; readonly stackId: string }>('AuditTrailActorRun').implement({
  fields: (t) => ({ id: t.exposeID('id'), stackId: t.exposeID('stackId') }),
});

const Actor = builder.objectRef<AuditTrailEntry['actor']>('AuditTrailActor').implement({
  description: 'Who did it, as they were called then.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of the API key; empty for somebody who was not logged in.' }),
    kind: t.exposeString('kind', { description: 'Such as API key; nobody: a log-in that failed.' }),
    username: t.exposeString('name'),
    role: t.exposeString('role'),
    run: t.field({
      type: ActorRun,
      nullable: true,
      description: 'Always null: runs change nothing here by themselves.',
      resolve: () => null,
    }),
  }),
});

interface FieldChange {
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

const Change = builder.objectRef<FieldChange>('AuditTrailChange').implement({
  description: 'What a field was and is now; a text as it is, everything else as JSON.',
  fields: (t) => ({
    field: t.exposeString('field'),
    from: t.exposeString('from', { nullable: true }),
    to: t.exposeString('to', { nullable: true }),
  }),
});

const Entry = builder.objectRef<AuditTrailEntry>('AuditTrailEntry').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    action: t.exposeString('action', { description: 'One of docs/reference/audit-actions.md.' }),
    eventType: t.string({
      description: 'CHANGE, or REFUSAL of one.',
      resolve: ({ outcome }) => (outcome === 'done' ? 'CHANGE' : 'REFUSAL'),
    }),
    actor: t.field({ type: Actor, resolve: ({ actor }) => actor }),
    affectedResource: t.field({ type: Resource, resolve: ({ object }) => object }),
    relatedResource: t.field({ type: Resource, nullable: true, resolve: ({ related }) => related }),
    changes: t.field({ type: [Change], resolve: changesOf }),
    code: t.exposeString('code', { description: 'Of the refusal; empty for a change.' }),
    message: t.exposeString('message', { description: 'What was told to whoever was refused.' }),
    count: t.exposeInt('count', { description: 'How many refusals of this minute it stands for.' }),
    remoteIP: t.string({ description: 'Where it came from.', resolve: ({ actor }) => actor.address }),
    client: t.string({ description: 'What the client says that it is.', resolve: ({ actor }) => actor.client }),
    body: t.string({
      nullable: true,
      description: 'JSON: the changes, each with from and to.',
      resolve: ({ changes }) => JSON.stringify(changes),
    }),
    createdAt: t.int({ resolve: ({ time }) => seconds(time) }),
    updatedAt: t.int({ description: 'As createdAt: entries are never changed.', resolve: ({ time }) => seconds(time) }),
  }),
});

const Entries = pagesOf('AuditTrailEntries', Entry, 'AuditTrailEntry');

builder.queryField('searchAuditTrailEntries', (t) =>
  t.field({
    type: Entries,
    access: 'audit:read',
    description:
      'Who did what, newest first unless said otherwise. Predicates are action, actor and object (id or name; also what is related to the object), resourceType, eventType, remoteIP and createdAt (timeInRange). A text is looked for in all of them.',
    args: { input: t.arg({ type: SearchInput, required: true }) },
    resolve: (_root, { input }, { admin }) => {
      const filters = checkSearch(input, 'searchAuditTrailEntries', {
        orderedBy: 'createdAt',
        directions: ['ASC', 'DESC'],
        byText: true,
        fields: {
          ...{ action: 'text', actor: 'text', object: 'text' },
          ...{ resourceType: 'text', eventType: 'text', remoteIP: 'text', createdAt: 'time' },
        },
      });
      const search = {
        where: filters.map(conditionOf),
        text: checkText(input.fullTextSearch ?? ''),
        oldestFirst: input.orderBy?.direction === 'ASC',
      };
      return pageBehind(
        input,
        (page) => admin.searchAuditTrail({ ...search, ...page }),
        ({ position }) => position,
      );
    },
  }),
);

type Condition = AuditTrailSearch['where'][number];

function conditionOf({ field, values, range, isExcluded }: Filter): Condition {
  if (range) return { field: 'time', ...range };
  const texts = values.map(String);
  switch (field) {
    case 'action':
      return { field, values: texts.map(knownAction), isExcluded };
    case 'resourceType':
      return { field: 'objectKind', values: texts.map((text) => text.toLowerCase().replaceAll('_', '-')), isExcluded };
    case 'eventType':
      return { field: 'outcome', values: texts.map((text) => (text === 'CHANGE' ? 'done' : 'refused')), isExcluded };
    case 'remoteIP':
      return { field: 'address', values: texts, isExcluded };
    default:
      return { field: field === 'actor' ? 'actor' : 'object', values: texts.map(idOf), isExcluded };
  }
}

/** A database makes something of each character for every entry. */
const MOST_TEXT = 200;

function checkText(text: string): string {
  if (text.length <= MOST_TEXT) return text;
  throw malformed('fullTextSearch', `the text to look for has ${text.length} characters: give at most ${MOST_TEXT}`);
}

/** One that is misspelt would find nothing, as if nothing had been done. */
function knownAction(action: string): string {
  if (Object.hasOwn(ACTIONS, action)) return action;
  throw malformed(
    'action',
    `there is no action ${JSON.stringify(action.slice(0, 100))}: docs/reference/audit-actions.md lists them`,
  );
}

function changesOf({ changes }: AuditTrailEntry): FieldChange[] {
  const shown = (value: unknown): string | null =>
    value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
  return Object.entries(changes).map(([field, { from, to }]) => ({ field, from: shown(from), to: shown(to) }));
}

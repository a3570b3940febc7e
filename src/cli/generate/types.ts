import { notYetText, type Field, type FieldType, type ObjectType } from '../../api/field';
import { SPEC as WORKER_SPEC, STATUS as WORKER_STATUS } from '../../api/worker/status';
import { SPEC as POOL_SPEC } from '../../api/worker-pool/spec';
import { STATUS as POOL_STATUS } from '../../api/worker-pool/status';
import { GENERATED_NOTICE, type Artefact } from './artefact';
import { declaration, listOf, recordOf, typeExpression, type Member } from './typescript';

const OWN_FILE = 'src/api/types.generated.ts';

/** Types that src/api/conditions.ts declares. */
const CONDITION = 'Condition';

/** The TypeScript interfaces of spec and status of both kinds. */
export function generateTypes(): Promise<Artefact> {
  const roots = [POOL_SPEC, POOL_STATUS, WORKER_SPEC, WORKER_STATUS];
  const objects = new Map<string, ObjectType>();
  roots.forEach((root) => collectObjects(root, objects));
  const kubernetesTypes = new Set([...objects.values()].flatMap((object) => fieldTypes(object).flatMap(namesIn)));
  kubernetesTypes.delete(CONDITION);
  const imports =
    `import type { ${CONDITION} } from './meta';\n` +
    `import type { ${[...kubernetesTypes].sort().join(', ')} } from './kubernetes.generated';\n\n`;
  const declarations = [...objects.values()]
    .map((object) => declaration(object.name, object.description, members(object)))
    .join('\n');
  return Promise.resolve({ files: { [OWN_FILE]: GENERATED_NOTICE + imports + declarations } });
}

const fieldTypes = (object: ObjectType): FieldType[] => Object.values(object.fields).map(({ type }) => type);

function collectObjects(object: ObjectType, found: Map<string, ObjectType>): void {
  const earlier = found.get(object.name);
  if (earlier !== undefined && earlier !== object) throw new Error(`Two objects of src/api are named ${object.name}.`);
  found.set(object.name, object);
  fieldTypes(object)
    .map(innermost)
    .filter((type) => type.kind === 'object')
    .forEach((type) => collectObjects(type, found));
}

function innermost(type: FieldType): FieldType {
  if (type.kind === 'list') return innermost(type.items);
  if (type.kind === 'map') return innermost(type.values);
  return type;
}

function namesIn(type: FieldType): string[] {
  const inner = innermost(type);
  return inner.kind === 'kubernetes' ? [inner.name] : [];
}

const members = ({ fields }: ObjectType): Member[] =>
  Object.entries(fields).map(([name, field]) => ({
    name,
    description: documentation(field),
    isRequired: field.required ?? false,
    type: expression(field.type),
  }));

function documentation(field: Field): string {
  const filledIn = field.type.kind === 'scalar' ? field.type.schema.default : undefined;
  return [
    field.description,
    ...(field.notYet === undefined ? [] : [notYetText(field.notYet)]),
    ...(field.deprecated === undefined ? [] : [`@deprecated ${field.deprecated}`]),
    ...(filledIn === undefined ? [] : [`@default ${JSON.stringify(filledIn)}`]),
    ...(field.whenUnset === undefined ? [] : [`@default - ${field.whenUnset}`]),
  ].join('\n');
}

function expression(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return typeExpression(type.schema);
    case 'list':
      return listOf(expression(type.items));
    case 'map':
      return recordOf(expression(type.values));
    case 'kubernetes':
    case 'object':
      return type.name;
  }
}

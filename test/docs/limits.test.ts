import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { FILES_BESIDE, MEMORY } from '../../src/control-plane/admission/capacity';
import { BROKER_LIMITS } from '../../src/control-plane/broker/limits';
import { LIMIT, LIMITS, OPERATION_BYTES, type Limit } from '../../src/control-plane/limits';
import { bytes, rowsOf } from './support/tables';

const [, section = ''] = readFileSync('docs/operations/limits.md', 'utf8').split('\n## Limits of the control plane\n');
const rows = rowsOf(section.split('\n## ')[0]!);

/** As people read it. */
function figure({ value, unit }: Limit): string {
  switch (unit) {
    case 'bytes':
      return bytes(value);
    case 'bytes a second':
      return `${bytes(value)} a second`;
    case 'ms':
      return `${value / 1000} s`;
    case 'count':
      return value.toLocaleString('en');
  }
}

describe('the limits of the control plane, as limits.md has them', () => {
  it.each(Object.values<Limit>(LIMITS))('$what', (limit) => {
    expect(rows).toContainEqual([limit.what, figure(limit), limit.why]);
  });

  it.each(Object.entries(OPERATION_BYTES))('the body of %s', (operation, value) => {
    expect(rows).toContainEqual([`\`${operation}\``, bytes(value)]);
  });

  it('need so many open files', () => {
    const connections = LIMIT.connections + BROKER_LIMITS.connections + LIMIT.unprovedConnections;
    expect(section).toContain(`fewer than ${(connections + FILES_BESIDE).toLocaleString('en')} (`);
    expect(section).toContain(`and ${FILES_BESIDE} other files`);
  });

  it('need so much memory', () => {
    const page = readFileSync('docs/operations/control-plane.md', 'utf8');
    const { besideBytes, connectionBytes } = MEMORY;
    expect(page).toContain(
      `Beside ${bytes(besideBytes)} for the process itself, allow ${bytes(connectionBytes)} for each open connection`,
    );
  });

  it('are all of them', () => {
    const headings = 4;
    expect(rows).toHaveLength(Object.keys(LIMITS).length + Object.keys(OPERATION_BYTES).length + headings);
  });
});

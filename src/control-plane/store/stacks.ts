import type { Database, Row } from './database';
import type { StackRecord } from './records';

export class StackTable {
  constructor(private readonly db: Database) {}

  insert(stack: StackRecord): void {
    this.db.run(
      `INSERT INTO stacks (id, name, poolId, tool, projectRoot, runnerImage, autoDeploy, environment, source, createdAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      stack.id,
      stack.name,
      stack.poolId,
      stack.tool,
      stack.projectRoot,
      stack.runnerImage,
      stack.autoDeploy ? 1 : 0,
      JSON.stringify(stack.environment),
      stack.source,
      stack.createdAt,
    );
  }

  /** By name or ULID. */
  find(nameOrId: string): StackRecord | undefined {
    const row = this.db.get<Row>('SELECT * FROM stacks WHERE name = ? OR id = ?', nameOrId, nameOrId);
    return row && toStack(row);
  }

  list(): StackRecord[] {
    return this.db.all<Row>('SELECT * FROM stacks ORDER BY name').map(toStack);
  }

  setSource(id: string, source: string): void {
    this.db.run('UPDATE stacks SET source = ? WHERE id = ?', source, id);
  }
}

function toStack(row: Row): StackRecord {
  return {
    ...row,
    autoDeploy: row.autoDeploy === 1,
    environment: JSON.parse(row.environment as string) as Record<string, string>,
  } as unknown as StackRecord;
}

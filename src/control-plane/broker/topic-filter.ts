/** Whether a topic filter may be read by a pool, whose topics all begin with the prefix. */
export function isFilterBelow(filter: string, prefix: string): boolean {
  if (!filter.startsWith(prefix)) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, at) => level === '+' || (level === '#' && at === levels.length - 1) || !/[+#\0]/.test(level),
  );
}

export function matches(filter: string, topic: string): boolean {
  const [wanted, levels] = [filter.split('/'), topic.split('/')];
  for (const [at, level] of wanted.entries()) {
    if (level === '#') return true;
    if (at >= levels.length || (level !== '+' && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}

/** What the launcher says in its own container's log; pino has this shape. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

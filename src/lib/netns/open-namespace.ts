/** A network namespace held open: it stays the same one, whatever becomes of the process it was found by. */
export interface OpenNamespace extends AsyncDisposable {
  /** File descriptor of the namespace. */
  readonly fd: number;
  readonly inode: number;
  /** The PID it was found by: for what only /proc tells, and only as long as it is checked again. */
  readonly pid: number;
}

/** signal(7) on Linux, which engines run on wherever this does. */
const numbers: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{
      HUP: 1,
      INT: 2,
      QUIT: 3,
      ILL: 4,
      TRAP: 5,
      ABRT: 6,
      IOT: 6,
      BUS: 7,
      FPE: 8,
      KILL: 9,
      USR1: 10,
      SEGV: 11,
    },
    ...{
      USR2: 12,
      PIPE: 13,
      ALRM: 14,
      TERM: 15,
      STKFLT: 16,
      CHLD: 17,
      CLD: 17,
      CONT: 18,
      STOP: 19,
      TSTP: 20,
    },
    ...{ TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, POLL: 29 },
    ...{ PWR: 30, SYS: 31, RTMIN: 34, RTMAX: 64 },
  }),
);
const sigterm = '15';

/** What images ask to be stopped by, but for SIGUSR1 and SIGWINCH, by which others reopen logs or resize. */
const usual: ReadonlySet<string> = new Set(['2', '3', sigterm, '37']);

/** SIGTERM and systemd's SIGRTMIN+3 ask to stop; at SIGQUIT a JVM writes down its threads, and runs on. */
const unmistakable: ReadonlySet<string> = new Set([sigterm, '37']);

/**
 * The number of a container's stop signal as events tell it, of what was declared: `SIGQUIT`, `quit`, `RTMIN+3` or `3`,
 * and SIGTERM where nothing was. Undefined for what is no signal.
 */
export function stopSignalNumber(declared = ''): string | undefined {
  if (declared === '') return sigterm;
  if (/^\d{1,2}$/.test(declared)) return String(Number(declared));
  const [, name = '', offset = '0'] =
    /^(?:SIG)?([A-Z0-9]+?)([+-]\d{1,2})?$/.exec(declared.toUpperCase()) ?? [];
  const number = numbers.get(name);
  return number === undefined ? undefined : String(number + Number(offset));
}

/**
 * What a signal says: `stop` that the container is asked to stop, `perhaps` that it may be, `exit` that it is not,
 * and may end by it all the same. `own` is its own stop signal, where that is known; some engines do not say which
 * signal it was.
 */
export function meaningOf(
  signal: string | undefined,
  own: string | undefined,
): 'stop' | 'perhaps' | 'exit' | 'nothing' {
  if (own === undefined) {
    if (signal === undefined) return 'perhaps';
    if (unmistakable.has(signal)) return 'stop';
    return usual.has(signal) ? 'perhaps' : 'nothing';
  }
  if (signal === own) return 'stop';
  if (signal === undefined) return 'perhaps';
  return usual.has(signal) ? 'exit' : 'nothing';
}

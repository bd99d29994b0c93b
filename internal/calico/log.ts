/** One line of a container log. What its grammar does not give is null; `message` is then the whole line. */
export interface LogLine {
  readonly text: string;
  /** RFC 3339 in UTC, as the line has it. */
  readonly time: string | null;
  readonly level: Level | null;
  readonly pid: number | null;
  /** `startup`, `felix`, `confd`, `node-services`, …; null before v3.14 and in lines of other programs. */
  readonly component: string | null;
  /** `startup.go`; null where the format has none. */
  readonly file: string | null;
  /** The text behind the prefix, `key=value` fields included. */
  readonly message: string;
}

export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'FATAL' | 'PANIC';

// v3.14 and newer: component/file.go; before, and in upgrade-ipam and kube-controllers up to v3.26: file.go alone;
// install-cni of v3.26: `cni-installer/<nil> <nil>:` (libcalico-go/lib/logutils). Some releases pad the level with blanks.
const calicoLine =
  /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:[.,]\d+)?)Z? \[([A-Z]+) *\]\[(\d+)\] (?:([\w.-]+)\/)?(\S+) (\d+|<nil>): ?(.*)$/s;
// logrus' own text format: the first log lines of old releases, and third-party builds.
const logrusLine = /^time="([^"]+)" level=(\w+) msg="((?:[^"\\]|\\.)*)" ?(.*)$/s;
// klog stands between Calico's lines; it has neither year nor component.
const klogLine = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+:\d+\] (.*)$/s;
// `kubectl logs --timestamps` and container runtimes' files put their own time before the line.
const runtimePrefix =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?:std(?:out|err) [FP] )?/;

const levels: Readonly<Record<string, Level>> = {
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  WARNING: 'WARNING',
  WARN: 'WARNING',
  ERROR: 'ERROR',
  FATAL: 'FATAL',
  PANIC: 'PANIC',
  I: 'INFO',
  W: 'WARNING',
  E: 'ERROR',
  F: 'FATAL',
};

const plain = (text: string, message: string, time: string | null): LogLine => ({
  text,
  time,
  level: null,
  pid: null,
  component: null,
  file: null,
  message,
});

// containerd and CRI-O break lines there; patterns may take time that grows with the square of a line's length.
const longestLine = 16_384;

/**
 * Reads one line in any of the formats that Calico's containers wrote from v3.8 on; a line of none of them is its own message.
 * What is beyond 16 KiB is left out.
 */
export function parseLogLine(whole: string): LogLine {
  const text = whole.slice(0, longestLine);
  const prefix = runtimePrefix.exec(text);
  const line = prefix ? text.slice(prefix[0].length) : text;
  const calico = calicoLine.exec(line);
  if (calico) {
    const [, date, clock, level, pid, component, file, , message] = calico;
    return {
      text,
      time: `${date}T${(clock ?? '').replace(',', '.')}Z`,
      level: levels[level ?? ''] ?? null,
      pid: Number(pid),
      component: component ?? null,
      file: file === '<nil>' ? null : (file ?? null),
      message: message ?? '',
    };
  }
  const logrus = logrusLine.exec(line);
  if (logrus) {
    const [, time, level, message, fields] = logrus;
    return {
      ...plain(text, unquote(`${message ?? ''}${fields ? ` ${fields}` : ''}`), time ?? null),
      level: levels[(level ?? '').toUpperCase()] ?? null,
    };
  }
  const klog = klogLine.exec(line);
  if (klog) {
    return {
      ...plain(text, klog[2] ?? '', prefix?.[1] ?? null),
      level: levels[klog[1] ?? ''] ?? null,
    };
  }
  return plain(text, line, prefix?.[1] ?? null);
}

const unquote = (message: string): string => message.replaceAll(/\\(["\\])/g, '$1').trimEnd();

/** Splits a log into lines; empty lines are left out. */
export function parseLog(text: string): readonly LogLine[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(parseLogLine);
}

/** The value of a `key=value` or `key="value"` field behind a message; null if the line has none of that name. */
export function logField(line: LogLine, key: string): string | null {
  const match = new RegExp(`(?:^|\\s)${key}=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S+))`).exec(line.message);
  return match ? (match[1] === undefined ? (match[2] ?? null) : unquote(match[1])) : null;
}

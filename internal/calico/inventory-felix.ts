import { parseAddress } from './autodetection/address.ts';
import { logField, type LogLine } from './log.ts';

/** An interface as Felix last told of it. */
export interface FelixInterface {
  readonly ifIndex: number | null;
  /** Carrier: an interface that is up but has no link is `down` too. Null where no line has told. */
  readonly isDown: boolean | null;
  /** In no order, link-local ones included; null where no line has told. */
  readonly addresses: ReadonlySet<string> | null;
  /** RFC 3339: when the last line told of it; null where lines have no time. */
  readonly changedAt: string | null;
}

/** What the lines of one run of Felix tell about the machine's interfaces. */
export interface FelixView {
  readonly interfaces: ReadonlyMap<string, FelixInterface>;
  /** Interfaces that went away and did not come back. */
  readonly gone: ReadonlySet<string>;
  /** True if the listing at Felix's start is in the log: `lo` was told of, and so was everything else. */
  readonly isComplete: boolean;
}

interface Draft {
  ifIndex: number | null;
  isDown: boolean | null;
  addresses: Set<string> | null;
  changedAt: string | null;
  /** A line of the interface monitor itself has told; those that Felix's other parts repeat lag behind. */
  hasState: boolean;
  hasAddresses: boolean;
}

interface Run {
  pid: number | null;
  now: string | null;
  readonly drafts: Map<string, Draft>;
  readonly gone: Set<string>;
  isComplete: boolean;
}

const newRun = (pid: number | null): Run => ({
  pid,
  now: null,
  drafts: new Map(),
  gone: new Set(),
  isComplete: false,
});

function draftOf(run: Run, name: string): Draft {
  const draft = run.drafts.get(name) ?? {
    ifIndex: null,
    isDown: null,
    addresses: null,
    changedAt: null,
    hasState: false,
    hasAddresses: false,
  };
  draft.changedAt = run.now;
  run.drafts.set(name, draft);
  run.gone.delete(name);
  if (name === 'lo') run.isComplete = true;
  return draft;
}

function remove(run: Run, name: string): void {
  run.drafts.delete(name);
  run.gone.add(name);
}

// `set.mapSet{"10.0.0.1":set.empty{}, …}`, `set.mapSet{10.0.0.1,…}`, `set.Set{…}`, `set.Typed[string]{"10.0.0.1":set.v{}, …}`.
// `<nil>` and `set.Set(nil)` stand for an interface that is gone: null.
function addressSet(text: string): Set<string> | null {
  if (/^<nil>|\(nil\)/.test(text)) return null;
  const inside = text.slice(text.indexOf('{') + 1).replaceAll(/:[\w.]+\{\}/g, '');
  const addresses = inside
    .split(/[",{}\s]+/)
    .flatMap((word) => parseAddress(word)?.text ?? [])
    // Felix reads local routes, where `lo` has its network besides its address.
    .filter((address) => address !== '127.0.0.0');
  return new Set(addresses);
}

function takeState(run: Run, line: LogLine): void {
  const name = logField(line, 'ifaceName');
  const state = logField(line, 'state');
  if (name === null || state === null) return;
  if (state === '') {
    remove(run, name);
    return;
  }
  const draft = draftOf(run, name);
  const ifIndex = logField(line, 'ifIndex');
  if (ifIndex !== null) draft.ifIndex = Number(ifIndex);
  draft.isDown = state === 'down';
  draft.hasState = true;
}

function takeAddresses(run: Run, name: string, text: string, isRepeated: boolean): void {
  const addresses = addressSet(text);
  const known = run.drafts.get(name);
  if (isRepeated && (known?.hasAddresses || run.gone.has(name))) return;
  if (!addresses) {
    remove(run, name);
    return;
  }
  const draft = draftOf(run, name);
  draft.addresses = addresses;
  draft.hasAddresses ||= !isRepeated;
}

function takeRepeatedState(run: Run, line: LogLine): void {
  const match = /Update\{Name:"([^"]*)", State:"(\w*)"(?:, Index:(\d+))?/.exec(line.message);
  const [, name, state, ifIndex] = match ?? [];
  if (name === undefined || run.gone.has(name) || run.drafts.get(name)?.hasState) return;
  if (state === '') {
    remove(run, name);
    return;
  }
  const draft = draftOf(run, name);
  draft.isDown = state === 'down';
  if (ifIndex !== undefined) draft.ifIndex = Number(ifIndex);
}

// One address at a time, by index: the name has to be known from a line before.
function takeNetlink(run: Run, line: LogLine): void {
  const ifIndex = Number(logField(line, 'ifIndex') ?? Number.NaN);
  const address = parseAddress(logField(line, 'addr') ?? '');
  const [draft] = [...run.drafts.values()].filter((one) => one.ifIndex === ifIndex);
  if (!draft || !address) return;
  if (logField(line, 'exists') === 'false') draft.addresses?.delete(address.text);
  else draft.addresses = new Set([...(draft.addresses ?? []), address.text]);
}

function take(run: Run, line: LogLine): void {
  const { message } = line;
  if (message.startsWith('Linux interface state changed.')) takeState(run, line);
  else if (message.startsWith('Linux interface addrs changed.')) {
    const name = logField(line, 'ifaceName');
    const text = /addrs=(.*) ifaceName=/.exec(message)?.[1];
    if (name !== null && text !== undefined) takeAddresses(run, name, text, false);
  } else if (message.startsWith('Received interface update')) takeRepeatedState(run, line);
  else if (message.startsWith('Netlink address update')) takeNetlink(run, line);
  else {
    const [, name, text] = /ifaceAddrsUpdate\{Name:"([^"]*)", Addrs:(.*)\}$/.exec(message) ?? [];
    if (name !== undefined && text !== undefined) takeAddresses(run, name, text, true);
  }
}

const tells =
  /^(?:Linux interface|Received interface|Interface addrs changed|Netlink address update)/;

/**
 * Reads the interfaces from Felix's lines, in all forms from v3.8 on (int_dataplane.go, hostip_mgr.go, iface_monitor.go).
 * The last run in the log counts: each lists all interfaces when it starts. Addresses have no prefix, and an interface that is
 * administratively down shows none, as Felix takes them from the local routes.
 */
export function readFelix(lines: readonly LogLine[]): FelixView {
  let run = newRun(null);
  for (const line of lines) {
    if (!tells.test(line.message)) continue;
    if (line.pid !== run.pid && line.pid !== null) run = newRun(line.pid);
    run.now = line.time;
    take(run, line);
  }
  return { interfaces: run.drafts, gone: run.gone, isComplete: run.isComplete };
}

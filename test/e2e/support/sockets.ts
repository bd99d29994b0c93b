import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A TCP socket of a program, as Linux' /proc tells it: addresses and ports in hexadecimal. */
export interface TcpSocket {
  readonly local: string;
  readonly remote: string;
  readonly isListening: boolean;
}

const linesOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8').trim().split('\n').slice(1);

function inodesOf(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`;
  const links = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(`${folder}/${name}`);
    } catch {
      return ''; // closed meanwhile
    }
  });
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/** The programs that a process has started. */
export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

/** The TCP sockets of a process. */
export function tcpSocketsOf(pid: number): readonly TcpSocket[] {
  const inodes = inodesOf(pid);
  return ['tcp', 'tcp6'].flatMap((table) =>
    linesOf(`/proc/${pid}/net/${table}`)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9] ?? ''))
      .map(([, local = '', remote = '', state]) => ({
        local,
        remote,
        isListening: state === '0A',
      })),
  );
}

/** Whether an address of such a table is loopback's: 127.0.0.0/8, ::1, or the former within IPv6. */
export const isLoopback = (address: string): boolean =>
  /^[0-9A-F]{6}7F:/.test(address) ||
  address.startsWith('00000000000000000000000001000000:') ||
  /^0000000000000000FFFF0000[0-9A-F]{6}7F:/.test(address);

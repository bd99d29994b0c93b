import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A pseudo-terminal that a person could sit at. Names of keys are tmux's (`Enter`, `C-c`, `Down`). */
export interface Terminal {
  readonly keys: (...keys: readonly string[]) => void;
  readonly type: (text: string) => void;
  /** What stands on it now. */
  readonly screen: () => string;
  /** Waits until it shows something, and returns the whole; fails after half a minute, or after so many seconds, with what it shows. */
  readonly shows: (pattern: RegExp, seconds?: number) => Promise<string>;
  readonly resize: (columns: number, rows: number) => void;
  readonly close: () => void;
}

const pollMs = 100;

/** Opens a terminal of tmux, apart from all others and without anybody's settings, in which a plain shell waits. */
export async function openTerminal({
  columns,
  rows,
  env = {},
}: TerminalOptions): Promise<Terminal> {
  const folder = mkdtempSync(path.join(tmpdir(), 'calico-fix-terminal-'));
  const socket = path.join(folder, 'tmux');
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
    });
  const sized = ['-x', String(columns), '-y', String(rows)];
  tmux('-u', 'new-session', '-d', '-s', 'test', ...sized, 'sh');
  const screen = (): string => tmux('capture-pane', '-p', '-t', 'test');
  const shows = async (pattern: RegExp, seconds = 30): Promise<string> => {
    for (let waited = 0; waited <= seconds * 1000; waited += pollMs) {
      const text = screen();
      if (pattern.test(text)) return text;
      await sleep(pollMs);
    }
    throw new Error(`the terminal does not show ${String(pattern)}:\n${screen()}`);
  };
  const terminal: Terminal = {
    keys: (...keys) => {
      tmux('send-keys', '-t', 'test', ...keys);
    },
    type: (text) => {
      tmux('send-keys', '-t', 'test', '-l', text);
    },
    screen,
    shows,
    resize: (width, height) => {
      tmux('resize-window', '-t', 'test', '-x', String(width), '-y', String(height));
    },
    close: () => {
      try {
        tmux('kill-server');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
  await shows(/[$#]/);
  return terminal;
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file (folders made as needed) and returns its path. */
  readonly write: (name: string, text: string, mode?: number) => string;
  readonly remove: () => void;
}

/** A folder of its own for one test. */
export function temporaryFolder(): TemporaryFolder {
  const root = mkdtempSync(path.join(tmpdir(), 'calico-fix-test-'));
  return {
    path: root,
    write: (name, text, mode = 0o600) => {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
      return file;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', 'golden');

/**
 * The agreed text test/golden/NAME. With UPDATE_GOLDEN=1 in the environment the text given becomes the agreed one: read
 * the difference before you commit it.
 */
export function golden(name: string, text: string): string {
  const file = path.join(folder, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  return readFileSync(file, 'utf8');
}

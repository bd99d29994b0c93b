import { accessSync, constants } from 'node:fs';
import path from 'node:path';

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a program on PATH; null if there is none of that name. */
export function which(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = folders.find((folder) => folder !== '' && isProgram(path.join(folder, name)));
  return found === undefined ? null : path.join(found, name);
}

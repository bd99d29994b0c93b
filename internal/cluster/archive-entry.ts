import { UserError } from '../model/error.ts';

/** A file of a dump; the path is relative to the dump, with `/`. */
export interface DumpFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * A file that was not read, and why. `cut`: the archive itself ends too early, so that any number
 * of files may be missing.
 */
export interface UnreadFile {
  readonly path: string;
  readonly problem: 'too large' | 'link' | 'outside' | 'not a file' | 'unreadable' | 'cut';
}

export type Entry = DumpFile | UnreadFile;

/**
 * How much may be read, in bytes and files: a dump is data from elsewhere, and an archive can grow
 * when it is unpacked.
 */
export interface Limits {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: Limits = {
  fileBytes: 256 * mebibyte,
  totalBytes: 2048 * mebibyte,
  files: 200_000,
};

/** The dump is beyond the limits as a whole. */
export function tooMuch(path: string, limits: Limits): UserError {
  const size = `${Math.floor(limits.totalBytes / mebibyte)} MiB`;
  return new UserError(`${path} holds more than ${size} or ${limits.files} files`, {
    hint: 'Unpack it and give only nodes and the namespaces of calico-node and its operator.',
  });
}

import { stripElf } from './package-elf.ts';
import { stripMachO } from './package-mach-o.ts';
import { unsignPe } from './package-pe.ts';
import type { Target } from './package-targets.ts';

const bySystem: Readonly<Record<Target['os'], (bytes: Buffer) => Buffer>> = {
  linux: stripElf,
  darwin: stripMachO,
  windows: unsignPe,
};

/**
 * Node for a target without what only debuggers and the maker's signature need. Done here and not by the machine's `strip`,
 * which knows other platforms only by luck and gives other bytes in other versions.
 */
export const stripNode = ({ os }: Target, bytes: Buffer): Buffer => bySystem[os](bytes);

import { versions } from 'node:process';
import v8 from 'node:v8';

// V8 11 to 14: Node 20 to 26. Others may not know the options and would say so on standard error.
const knownV8 = /^1[1-4]\./;

function set(...flags: readonly string[]): void {
  if (!knownV8.test(versions.v8)) return;
  for (const flag of flags) v8.setFlagsFromString(flag);
}

/**
 * Keeps V8 from taking memory ahead while lists are read and looked at: the space for new objects, which it lets grow to 64 MB and
 * more, although what they are made of is dead at once; the heap, which it lets grow to a multiple of what lives before it clears
 * up; and clearing up in small steps, which takes so long beside the work that the heap doubles meanwhile. With 5,000 nodes the
 * first saves 60 to 80 MB, the last as much where the machine has nothing else to do, and neither costs time.
 */
export const keepMemorySmall = (): void =>
  set('--semi-space-growth-factor=1', '--heap-growing-percent=40', '--no-incremental-marking');

/** Lets V8 clear up in small steps again, so that who presses a key does not wait for all of it. */
export const clearUpInSteps = (): void => set('--incremental-marking');

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askLine } from '../../cmd/prompt.ts';

function terminal() {
  const stdin = new PassThrough();
  let written = '';
  const stderr = { write: (text: string) => (written += text) };
  return { stdin, place: { stdin, stderr }, written: () => written };
}

describe('askLine', () => {
  const never = new AbortController().signal;

  it('asks on standard error and gives the line', async () => {
    const { stdin, place, written } = terminal();
    const answer = askLine('Really? ', place, never);
    stdin.write('y');
    stdin.write('es\nand more\n');
    expect(await answer).toBe('yes');
    expect(written()).toBe('Really? ');
  });

  it.each([['at once'], ['after half a line']])(
    'the end of the input, %s, is no answer',
    async (when) => {
      const { stdin, place } = terminal();
      const answer = askLine('Really? ', place, never);
      stdin.end(when === 'at once' ? '' : 'ye');
      expect(await answer).toBe(when === 'at once' ? null : 'ye');
    },
  );

  it('an interruption is no answer, before and while it waits', async () => {
    const controller = new AbortController();
    const { place, written } = terminal();
    const answer = askLine('Really? ', place, controller.signal);
    controller.abort();
    expect(await answer).toBeNull();
    expect(written()).toBe('Really? \n');
    expect(await askLine('Really? ', terminal().place, controller.signal)).toBeNull();
  });
});

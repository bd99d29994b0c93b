import { styleText } from 'node:util';
import { asciiGlyphs, plainStyle, unicodeGlyphs } from '../internal/report/style.ts';
import type { Glyphs, Style, TextOptions } from '../internal/report/style.ts';
import type { Output, Shell } from './shell.ts';

type Environment = Shell['env'];

const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
  styleText(format, text, { validateStream: false });

const colours: Style = {
  error: paint('red'),
  warning: paint('yellow'),
  ok: paint('green'),
  dim: paint('dim'),
  strong: paint('bold'),
  command: paint('cyan'),
};

/** True where a line may be coloured or drawn anew: a terminal that is not dumb. */
export const isTerminal = (output: Output, env: Environment): boolean =>
  output.isTTY === true && env['TERM'] !== 'dumb';

/** Colours for a terminal; none elsewhere, nor with NO_COLOR (no-color.org: set and not empty). */
export const styleFor = (output: Output, env: Environment): Style =>
  isTerminal(output, env) && !env['NO_COLOR'] ? colours : plainStyle;

/** ASCII where the locale says so, or the terminal is the Linux console; where nothing is said, UTF-8. */
export function glyphsFor(env: Environment): Glyphs {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const isAscii = env['TERM'] === 'linux' || (locale !== '' && !/utf-?8/i.test(locale));
  return isAscii ? asciiGlyphs : unicodeGlyphs;
}

/** Columns to fill: the terminal's, within bounds in which text can be read; 80 where there is none. */
export function widthOf(output: Output, env: Environment, most: number): number {
  const told = Number(env['COLUMNS']);
  // Some pseudo-terminals say that they have no columns at all.
  const columns = output.columns || (Number.isInteger(told) && told > 0 ? told : 80);
  return Math.min(most, Math.max(60, columns));
}

/** What renderers need to know of standard output. */
export const textOptions = ({ stdout, env }: Shell, most = 120): TextOptions => ({
  width: widthOf(stdout, env, most),
  style: styleFor(stdout, env),
  glyphs: glyphsFor(env),
});

/** True where a screen can be drawn and keys come back: somebody sits at a terminal that is not dumb. */
export const canDraw = ({ isInteractive, stdout, env, terminal }: Shell): boolean =>
  isInteractive && terminal !== undefined && isTerminal(stdout, env);

/** Functions that mark a piece of text by its role. Colour is never the only carrier: every role also has a glyph or a word. */
export interface Style {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly ok: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly command: (text: string) => string;
}

const same = (text: string): string => text;

/** Marks nothing: for pipes, files and `NO_COLOR`. */
export const plainStyle: Style = {
  error: same,
  warning: same,
  ok: same,
  dim: same,
  strong: same,
  command: same,
};

/** The characters beyond ASCII that the text formats use. */
export interface Glyphs {
  readonly error: string;
  readonly warning: string;
  readonly info: string;
  readonly ok: string;
  readonly unknown: string;
  readonly dot: string;
  readonly ellipsis: string;
  /** Stands for a line end inside a value. */
  readonly newline: string;
}

export const unicodeGlyphs: Glyphs = {
  error: '✗',
  warning: '!',
  info: 'i',
  ok: '✓',
  unknown: '?',
  dot: '·',
  ellipsis: '…',
  newline: ' ⏎ ',
};

/** For terminals whose locale is not UTF-8. */
export const asciiGlyphs: Glyphs = {
  error: 'x',
  warning: '!',
  info: 'i',
  ok: 'ok',
  unknown: '?',
  dot: '-',
  ellipsis: '...',
  newline: ' \\n ',
};

/** What a text renderer needs to know of the place where its text will be read. */
export interface TextOptions {
  /** Columns. */
  readonly width: number;
  readonly style: Style;
  readonly glyphs: Glyphs;
}

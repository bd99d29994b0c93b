const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A typed text without its last character, as its writer counts characters. */
export const shorter = (text: string): string =>
  Array.from(segmenter.segment(text), ({ segment }) => segment)
    .slice(0, -1)
    .join('');

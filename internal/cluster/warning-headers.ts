// `299 - "text"`, perhaps with a date; several in one header stand behind commas (RFC 7234 5.5).
const warning = /\s*(\d{3}) (\S+) "((?:[^"\\]|\\.)*)"(?: "[^"]*")?\s*(?:,|$)/y;

/**
 * The texts of `Warning` headers, in order, each once. As in client-go (apimachinery pkg/util/net, ParseWarningHeaders; rest,
 * handleWarnings) only those with code 299 count, and of a header that is malformed what stands before the fault.
 */
export function warningsOf(headers: readonly string[]): readonly string[] {
  const texts = new Set<string>();
  for (const header of headers) {
    // Node gives header bytes as Latin 1; the API server sends UTF-8.
    const value = Buffer.from(header, 'latin1').toString('utf8');
    warning.lastIndex = 0;
    for (let match = warning.exec(value); match; match = warning.exec(value)) {
      const [, code, , text = ''] = match;
      if (code === '299' && text !== '') texts.add(text.replaceAll(/\\(.)/g, '$1'));
      if (warning.lastIndex >= value.length) break;
    }
  }
  return [...texts];
}

/** An element of an XML text: enough to hold reports against, in no way a general parser. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const legal = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function decode(text: string): string {
  if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`not escaped: ${text}`);
  return text.replaceAll(/&(\w+);/g, (_, name: string) => entities[name] ?? '');
}

function attributesOf(text: string): Record<string, string> {
  const rest = text.replaceAll(/\s+[\w:-]+="[^"]*"/g, '');
  if (rest.trim() !== '') throw new Error(`not an attribute: ${rest}`);
  const pairs = [...text.matchAll(/\s+([\w:-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, key, value]) => [key ?? '', decode(value ?? '')]));
}

/** The root of an XML text of elements, attributes and text; throws where it is not well-formed. */
export function parseXml(xml: string): Element {
  if (!legal.test(xml)) throw new Error('a character that XML does not know');
  const body = xml.replace(/^<\?xml [^?]*\?>/, '');
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [top];
  for (const [token] of body.matchAll(/<[^>]*>|[^<]+/g)) {
    const parent = open.at(-1) ?? top;
    const tag = /^<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>$/.exec(token);
    if (!tag) {
      parent.text += decode(token);
      continue;
    }
    const [, closing, name = '', attributes = '', empty] = tag;
    if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const element: Element = { name, attributes: attributesOf(attributes), children: [], text: '' };
    parent.children.push(element);
    if (!empty) open.push(element);
  }
  const [root] = top.children;
  if (open.length !== 1 || !root || top.children.length !== 1) throw new Error('not one root');
  return root;
}

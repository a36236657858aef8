/** One element of a parsed document. Attributes are read over: no OSS request carries one that matters. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ENTITY_NAMES: ReadonlyMap<string, string> = new Map(Object.entries(ENTITIES).map(([name, text]) => [text, name]));
const MAX_DEPTH = 8;

/**
 * Escapes text for element content. Tab and line ends become references, so that no reader normalises them. Other
 * control characters, which object keys may have, have no form in XML 1.0 at all: they go out as they are, which the
 * SDK's reader (sax) takes, where it refuses a reference to them. `encoding-type=url` is the way for everyone else.
 */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => {
    const name = ENTITY_NAMES.get(character);
    return name === undefined ? `&#${String(character.charCodeAt(0))};` : `&${name};`;
  });
}

/** `<name>escaped text</name>` */
export function element(name: string, text: string | number): string {
  return `<${name}>${typeof text === 'number' ? String(text) : escapeXml(text)}</${name}>`;
}

/** A whole document around content that is already XML. */
export function xmlDocument(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]{1,8}));/g, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole;
    const point = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Parses the small documents that OSS operations take (`Delete`, `CompleteMultipartUpload`).
 *
 * @returns The root, or `undefined` for anything that is not well-formed, is nested deeper than those documents are,
 *   or has a DOCTYPE (so that no entity can ever be declared).
 */
export function parseXml(source: string): XmlElement | undefined {
  const tokens = /<\?[^>]*\?>|<\/([A-Za-z][\w.-]*)\s*>|<([A-Za-z][\w.-]*)(?:\s[^<>]*?)?(\/?)>|([^<]+)/gy;
  const open: OpenElement[] = [{ name: '', children: [], text: '' }];
  while (tokens.lastIndex < source.length) {
    const token = tokens.exec(source);
    const top = open.at(-1);
    if (token === null || top === undefined) return undefined;
    const [, closes, opens, selfClosing, text] = token;
    if (text !== undefined) {
      top.text += text;
    } else if (opens !== undefined) {
      if (open.length > MAX_DEPTH) return undefined;
      if (selfClosing === '/') top.children.push({ name: opens, text: '', children: [] });
      else open.push({ name: opens, children: [], text: '' });
    } else if (closes !== undefined) {
      if (top.name !== closes || open.length < 2) return undefined;
      open.pop();
      open.at(-1)?.children.push({ name: top.name, text: decodeEntities(top.text), children: top.children });
    }
  }
  const [root, ...rest] = open[0]?.children ?? [];
  return open.length === 1 && rest.length === 0 ? root : undefined;
}

/** The text of the first child with this name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return parent.children.find((child) => child.name === name)?.text;
}

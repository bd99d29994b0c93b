import type { ListName } from '../model/snapshot.ts';
import { listOfKind, listOfPath } from './list-of.ts';

const headLength = 4096;
const listKind = /"?\bkind"?\s*:\s*"?([A-Z][A-Za-z]+)List\b/;
const firstVersion = /"?\bapiVersion"?\s*:\s*"?([\w./-]+)/;
// An object says its kind right before its metadata (kubectl sorts fields); references to other
// objects have none.
const objectKind = /"?\bkind"?\s*:\s*"?([A-Z][A-Za-z]+)"?\s*,?\s*"?metadata"?\s*:/g;

/**
 * The lists that a part of a file which cannot be read would have given: as its head says, as the
 * file is called, or as the objects in it look. Empty where nothing tells.
 */
export function damagedLists(path: string, text: string): readonly ListName[] {
  const head = text.slice(0, headLength);
  const ofHead = listKind.exec(head)?.[1];
  if (ofHead !== undefined) {
    const known = listOfKind(ofHead, firstVersion.exec(head)?.[1]);
    return known ? [known.list] : [];
  }
  const named = listOfPath(path);
  if (named) return [named.list];
  const kinds = new Set([...text.matchAll(objectKind)].map(([, kind = '']) => kind));
  return [...new Set([...kinds].flatMap((kind) => listOfKind(kind, undefined)?.list ?? []))];
}

import type { KubeObject } from '../../internal/model/kubernetes.ts';

const fieldOf = (object: unknown, path: string): string => {
  let value: unknown = object;
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
};

function fitsTerm(labels: Readonly<Record<string, string>>, term: string): boolean {
  const [, name = '', negation, values = ''] = /^(\S+)\s+(not)?in\s*\((.*)\)$/.exec(term) ?? [];
  if (name !== '') {
    const listed = values.split(',').map((value) => value.trim());
    const own = labels[name];
    const isListed = own !== undefined && listed.includes(own);
    return negation === undefined ? isListed : !isListed;
  }
  if (term.startsWith('!')) return labels[term.slice(1).trim()] === undefined;
  const [, key = '', sign, value = ''] = /^([^!=\s]+)\s*(!=|==|=)\s*(.*)$/.exec(term) ?? [];
  if (sign === undefined) return labels[term] !== undefined;
  return sign === '!=' ? labels[key] !== value : labels[key] === value;
}

/** True if the object has the labels that a selector in kubectl's language asks for. */
export const fitsLabels = ({ metadata }: KubeObject, selector: string): boolean =>
  selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .every((term) => fitsTerm(metadata.labels ?? {}, term));

/** True if the object has the fields that a field selector asks for. */
export const fitsFields = (object: KubeObject, selector: string): boolean =>
  selector.split(',').every((term) => {
    const [, path = '', sign, value] = /^([^!=]+)(!=|==?)(.*)$/.exec(term) ?? [];
    return (fieldOf(object, path) === value) === (sign !== '!=');
  });

/** A LabelSelector as it stands in objects. */
export interface ObjectSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
}

/** True if the labels fit a LabelSelector; an empty one fits everything. */
export function fitsSelector(
  labels: Readonly<Record<string, string>>,
  { matchLabels = {}, matchExpressions = [] }: ObjectSelector,
): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key = '', operator, values = [] }) => {
      const own = labels[key];
      switch (operator) {
        case 'In':
          return own !== undefined && values.includes(own);
        case 'NotIn':
          return own === undefined || !values.includes(own);
        case 'Exists':
          return own !== undefined;
        default:
          return own === undefined;
      }
    })
  );
}

type Labels = Readonly<Record<string, string>>;

type Test = (labels: Labels) => boolean;

/** A LabelSelector as it stands in objects. */
export interface ObjectSelector {
  readonly matchLabels?: Labels | null;
  readonly matchExpressions?: readonly Expression[] | null;
}

/** One expression of a label selector, or of a node's affinity, which also knows `Gt` and `Lt`. */
export interface Expression {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[] | null;
}

/** Whether a value (undefined: the label is not there) fits an expression; one that is not known fits nothing. */
export function fitsExpression(own: string | undefined, { operator, values }: Expression): boolean {
  const wanted = values ?? [];
  switch (operator) {
    case 'In':
      return own !== undefined && wanted.includes(own);
    case 'NotIn':
      return own === undefined || !wanted.includes(own);
    case 'Exists':
      return own !== undefined;
    case 'DoesNotExist':
      return own === undefined;
    case 'Gt':
      return own !== undefined && Number(own) > Number(wanted[0]);
    case 'Lt':
      return own !== undefined && Number(own) < Number(wanted[0]);
    default:
      return false;
  }
}

/** Whether labels fit a LabelSelector. An empty one takes everything (policy/v1), one that is not there nothing. */
export function fitsSelector(
  labels: Labels | undefined,
  selector: ObjectSelector | null | undefined,
): boolean {
  if (!selector) return false;
  const own = labels ?? {};
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => own[key] === value) &&
    (selector.matchExpressions ?? []).every((one) => fitsExpression(own[one.key ?? ''], one))
  );
}

const name = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)`;
const key = String.raw`(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?${name}`;
const exists = new RegExp(`^(!?)\\s*(${key})$`);
const equals = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${name}?)$`);
const member = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const value = new RegExp(`^${name}?$`);

function testOf(term: string): Test | null {
  const [, not, there = ''] = exists.exec(term) ?? [];
  if (not !== undefined) return (labels) => (labels[there] === undefined) === (not === '!');
  const [, own = '', sign, wanted = ''] = equals.exec(term) ?? [];
  if (sign !== undefined) return (labels) => (labels[own] === wanted) === (sign !== '!=');
  const [, of = '', operator, list = ''] = member.exec(term) ?? [];
  if (operator === undefined) return null;
  const values = list.split(',').map((one) => one.trim());
  if (!values.every((one) => value.test(one))) return null;
  const expression = { operator: operator === 'in' ? 'In' : 'NotIn', values };
  return (labels) => fitsExpression(labels[of], expression);
}

/**
 * What a label selector as kubectl takes it (`a=b,c!=d,e in (f,g),!h`) selects; null if it is none. An empty one takes all
 * (apimachinery pkg/labels/selector.go).
 */
export function labelSelector(text: string): Test | null {
  if (text.trim() === '') return () => true;
  const terms = text.split(/,(?![^(]*\))/).map((term) => testOf(term.trim()));
  const tests = terms.flatMap((test) => test ?? []);
  return tests.length < terms.length ? null : (labels) => tests.every((test) => test(labels));
}

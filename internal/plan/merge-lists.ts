import { type Fields, isFields } from './fields.ts';

/**
 * By which members the elements of a list are known, by the name of the list's field: the first set that every element has. An
 * empty set of choices: the list is one value.
 */
const choices: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ports: [
    ['containerPort', 'protocol'],
    ['port', 'protocol'],
  ],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  ownerReferences: [['uid']],
  taints: [['key', 'effect']],
  conditions: [['type']],
  ipPools: [['cidr'], ['name']],
  tolerations: [],
};
const byName: readonly (readonly string[])[] = [['name']];

const namesOf = (element: unknown, members: readonly string[]): string | null => {
  const [first] = members;
  if (!isFields(element) || first === undefined || !isNamed(element[first])) return null;
  return members
    .map((member) => wordOf(element[member]))
    .join(' ')
    .trimEnd();
};

const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const isNamed = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || typeof value === 'number';

/**
 * Records of which only one member at a time may be there, or which mean something only as a whole: what two people change in them is
 * never put together. Elements of a list go by the list's name and `[]`.
 */
const wholes = new Set([
  'nodeAddressAutodetectionV4',
  'nodeAddressAutodetectionV6',
  'env[]',
  'volumes[]',
]);

/** Whether the value in this field is one, whatever stands in it. */
export const isWhole = (field: string): boolean => wholes.has(field);

/** A list whose elements are known by a name each. */
export type NamedList = ReadonlyMap<string, Fields>;

function named(list: readonly unknown[], members: readonly string[]): NamedList | null {
  const result = new Map<string, Fields>();
  for (const element of list) {
    const name = namesOf(element, members);
    if (name === null || result.has(name) || !isFields(element)) return null;
    result.set(name, element);
  }
  return result;
}

/** Several versions of one list, with the members that name an element in all of them. */
export interface NamedLists {
  readonly members: readonly string[];
  readonly lists: readonly NamedList[];
}

/**
 * Versions of the list that stands in this field, each element by its name: containers, variables and volumes by `name`, mounts by
 * `mountPath`, and so on. Undefined stands for a list that is not there. Null where an element of any version has no name of its
 * own: such lists are one value.
 */
export function namedLists(field: string, versions: readonly unknown[]): NamedLists | null {
  const given = versions.map((version) => version ?? []);
  for (const members of Object.hasOwn(choices, field) ? (choices[field] ?? byName) : byName) {
    const lists = given.flatMap((list) =>
      Array.isArray(list) ? (named(list, members) ?? []) : [],
    );
    if (lists.length === versions.length && lists.some(({ size }) => size > 0))
      return { members, lists };
  }
  return null;
}

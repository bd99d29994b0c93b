import type { Inventory, InventoryInterface } from '../inventory.ts';
import { isBefore } from '../time.ts';
import { hostAddress, isEligible, storedPrefix, type HostAddress } from './host.ts';
import { candidateOrders } from './kernel-order.ts';
import type { Choice, Outlook, PredictRequest, Sureness } from './predict-types.ts';
import { nameFilter, type Enumeration } from './select.ts';

interface Known {
  readonly iface: InventoryInterface;
  readonly addresses: readonly HostAddress[];
}

const parsed = new WeakMap<Inventory, readonly Known[]>();

/** The interfaces of an inventory with parsed addresses, computed once. */
export function knownInterfaces(inventory: Inventory): readonly Known[] {
  const known = parsed.get(inventory);
  if (known) return known;
  const interfaces = inventory.interfaces.map((iface) => ({
    iface,
    addresses: iface.addresses.flatMap(({ ip, prefix }) => {
      const address = hostAddress(ip);
      return address ? [{ ...address, prefix }] : [];
    }),
  }));
  parsed.set(inventory, interfaces);
  return interfaces;
}

/** A request whose release is settled. */
export type Question = PredictRequest & { readonly release: string };

const choiceOf = ({ release }: Question, iface: string | null, one: HostAddress): Choice => ({
  ip: one.address.text,
  prefix: storedPrefix(one, release),
  iface,
});

/** Sure as far as the question itself goes: the release is known, and the inventory is of now. */
export const atBest = ({ calicoVersion, inventory }: Question): 'certain' | 'likely' =>
  calicoVersion === null || inventory.isStale ? 'likely' : 'certain';

interface Candidates {
  /** Interfaces that the method looks at and that have an eligible address. */
  readonly shown: readonly Known[];
  /** Interfaces that it looks at and whose addresses may not be shown. */
  readonly hidden: readonly InventoryInterface[];
}

function candidatesOf(
  question: Question,
  method: Enumeration,
  keeps: (name: string) => boolean,
): Candidates {
  const shown: Known[] = [];
  const hidden: InventoryInterface[] = [];
  for (const { iface, addresses } of knownInterfaces(question.inventory)) {
    const eligible = addresses.filter(
      ({ address }) => address.family === question.family && isEligible(address, method.networks),
    );
    if ((eligible.length > 0 || iface.mayHideAddresses) && keeps(iface.name)) {
      if (eligible.length > 0) shown.push({ iface, addresses: eligible });
      else hidden.push(iface);
    }
  }
  return { shown, hidden };
}

/** The interfaces that may come first, one for each order that the kernel may have; all of them where none is known. */
function winnersOf(question: Question, shown: readonly Known[]): readonly Known[] {
  const [only, ...others] = shown;
  if (!only || others.length === 0) return shown;
  const { order } = question.inventory;
  if (order && shown.every(({ iface }) => order.includes(iface.name))) {
    const first = order.find((name) => shown.some(({ iface }) => iface.name === name));
    return shown.filter(({ iface }) => iface.name === first);
  }
  const indexed = shown.flatMap((one) =>
    one.iface.ifIndex === null ? [] : [{ one, index: one.iface.ifIndex }],
  );
  if (indexed.length < shown.length) return shown;
  const firsts = candidateOrders(question.kernelVersion).flatMap(
    (compare) => indexed.toSorted((a, b) => compare(a.index, b.index))[0]?.one ?? [],
  );
  return [...new Set(firsts)];
}

// An interface that may hide an address matters only if it could come before the winner.
function isPreceded(
  question: Question,
  winners: readonly Known[],
  hidden: readonly InventoryInterface[],
): boolean {
  const orders = candidateOrders(question.kernelVersion);
  return hidden.some(({ ifIndex }) =>
    winners.some(({ iface }) => {
      const own = iface.ifIndex;
      return (
        ifIndex === null || own === null || orders.some((compare) => compare(ifIndex, own) < 0)
      );
    }),
  );
}

function addressesOf(question: Question, { iface, addresses }: Known): readonly HostAddress[] {
  const observed = question.inventory.observed[question.family];
  const seen =
    observed?.iface === iface.name && addresses.find(({ address }) => address.text === observed.ip);
  const [first] = addresses;
  if (iface.isOrdered && first) return [first];
  return seen ? [seen] : addresses;
}

// first-found may be written out or left to the default.
const plain = (method: string): string => (method === 'first-found' ? '' : method);

const isInUse = ({ method, methodInUse }: Question): boolean =>
  methodInUse !== undefined && plain(methodInUse) === plain(method);

/** The choice that calico-node itself told of, if nothing changed on the interfaces in question since. */
function observedChoice(
  question: Question,
  method: Enumeration,
  shown: readonly Known[],
): Choice | null {
  const observed = question.inventory.observed[question.family];
  if (!isInUse(question) || observed?.style !== method.style) return null;
  const carrier = shown.find(({ iface }) => iface.name === observed.iface);
  const own = carrier?.addresses.find(({ address }) => address.text === observed.ip);
  const isOlder = shown.some(({ iface }) => isBefore(observed.at, iface.changedAt));
  return own && !isOlder ? choiceOf(question, observed.iface, own) : null;
}

const isDefault = ({ style }: Enumeration): boolean =>
  style === 'first-found' || style === 'skip-interface';

/** True if every interface that the method looks at is in the inventory. */
function seesAll({ inventory, family }: Question, method: Enumeration): boolean {
  const completeness = inventory.completeness[family];
  return completeness === 'all' || (completeness === 'not-excluded' && isDefault(method));
}

function unplacedChoices(question: Question, method: Enumeration): readonly Choice[] {
  const { inventory, family } = question;
  if (method.style !== 'cidr' || inventory.completeness[family] === 'all') return [];
  return inventory.unplaced.flatMap(({ ip, prefix }) => {
    const one = hostAddress(ip);
    const fits = one?.address.family === family && isEligible(one.address, method.networks);
    return one && fits ? [choiceOf(question, null, { ...one, prefix })] : [];
  });
}

function withoutCandidate(question: Question, method: Enumeration, hasHidden: boolean): Outlook {
  const { inventory, family } = question;
  const hasFailed = inventory.hasFailed[family] && isInUse(question);
  if (inventory.completeness[family] === 'part' && !hasFailed)
    return { result: 'unknown', reason: 'interfaces-unknown' };
  const isSure = seesAll(question, method) && !hasHidden;
  const sureness = isSure ? atBest(question) : 'likely';
  return { result: 'fails', reason: 'no-match', sureness };
}

const distinct = (choices: readonly Choice[]): readonly Choice[] =>
  choices.filter(({ ip }, index) => choices.findIndex((one) => one.ip === ip) === index);

/**
 * What an enumerating method may choose, given what is known of the interfaces. Where the order is not decided by the index
 * and the kernel, or by the machine's own lines, every possible winner is a choice.
 */
export function possibleChoices(question: Question, method: Enumeration): Outlook {
  const filter = nameFilter(method, question.release);
  if ('error' in filter) return { result: 'fails', reason: 'invalid-pattern', sureness: 'certain' };
  const { shown, hidden } = candidatesOf(question, method, filter.keeps);
  const observed = observedChoice(question, method, shown);
  if (observed) return { result: 'chosen', choices: [observed], sureness: atBest(question) };
  const isPart = question.inventory.completeness[question.family] === 'part';
  const last = question.inventory.observed[question.family];
  // What first-found chose comes first among fewer names too.
  const isFirst = last?.style === 'first-found' && filter.keeps(last.iface);
  const usable =
    isPart && isDefault(method)
      ? shown.filter(({ iface }) => isFirst && iface.name === last.iface)
      : shown;
  const winners = winnersOf(question, usable);
  const choices = distinct([
    ...winners.flatMap((one) =>
      addressesOf(question, one).map((address) => choiceOf(question, one.iface.name, address)),
    ),
    ...unplacedChoices(question, method),
  ]);
  if (choices.length === 0) return withoutCandidate(question, method, hidden.length > 0);
  const isSure = seesAll(question, method) && !isPreceded(question, winners, hidden);
  const one: Sureness = isSure ? atBest(question) : 'likely';
  return { result: 'chosen', choices, sureness: choices.length > 1 ? 'ambiguous' : one };
}

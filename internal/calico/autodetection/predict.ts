import { addressOf, parseAddress } from './address.ts';
import { reach } from './can-reach.ts';
import { networkOf, type Network } from './cidr.ts';
import { firstInternalIP } from './detect.ts';
import { parseMethod, storesNetworkAddress } from './method.ts';
import { atBest, knownInterfaces, possibleChoices, type Question } from './possible.ts';
import type { Choice, Outlook, PredictRequest, Prediction } from './predict-types.ts';

// What a release that is not known does is taken from the newest one; nothing is certain then.
const newestRelease = 'v3.32.1';

const baseOf = ({ bytes }: Network): string => addressOf(bytes).text;

// The releases that store the network's address need the prefix for it.
function internalChoice(
  question: Question,
  choice: Choice,
  sureness: 'certain' | 'likely',
): Outlook {
  if (!storesNetworkAddress(question.release))
    return { result: 'chosen', choices: [choice], sureness };
  const address = parseAddress(choice.ip);
  if (!address || choice.prefix === null) return { result: 'unknown', reason: 'prefix-unknown' };
  const ip = baseOf(networkOf(address, choice.prefix));
  return { result: 'chosen', choices: [{ ...choice, ip }], sureness };
}

const releaseSureness = ({ calicoVersion }: Question): 'certain' | 'likely' =>
  calicoVersion === null ? 'likely' : 'certain';

function internalOutlook(question: Question): Outlook {
  const { inventory, family, nodeAddresses } = question;
  if (!nodeAddresses) return { result: 'unknown', reason: 'no-internal-ip' };
  const ip = parseAddress(firstInternalIP(nodeAddresses, family))?.text;
  if (ip === undefined)
    return { result: 'fails', reason: 'no-internal-ip', sureness: releaseSureness(question) };
  for (const { name, addresses } of inventory.interfaces) {
    const own = addresses.find((one) => one.ip === ip);
    if (own)
      return internalChoice(question, { ip, prefix: own.prefix, iface: name }, atBest(question));
  }
  // Kubernetes' own address is on the host as a rule; only a full list of interfaces says that it is not.
  const prefix = inventory.unplaced.find((one) => one.ip === ip)?.prefix ?? null;
  if (inventory.completeness[family] !== 'all')
    return internalChoice(question, { ip, prefix, iface: null }, 'likely');
  const mayHide = inventory.interfaces.some(({ mayHideAddresses }) => mayHideAddresses);
  const sureness = mayHide ? 'likely' : atBest(question);
  return { result: 'fails', reason: 'not-on-host', sureness };
}

function reachOutlook(question: Question, destination: string): Outlook {
  const { family, release, inventory } = question;
  const known = knownInterfaces(inventory);
  const interfaces = known.map(({ iface, addresses }) => ({ name: iface.name, addresses }));
  const request = { destination, family, calicoVersion: release, interfaces, surroundings: null };
  const answer = reach(request);
  if ('unknown' in answer)
    return {
      result: 'unknown',
      reason: answer.unknown === 'name' ? 'name-unknown' : 'route-unknown',
    };
  // What the kernel would say of a connection depends on routes that nobody knows here.
  if ('error' in answer && answer.error.includes(': connect: '))
    return { result: 'unknown', reason: 'route-unknown' };
  if ('error' in answer)
    return {
      result: 'fails',
      reason: 'invalid-destination',
      sureness: releaseSureness(question),
    };
  const ip = answer.source.text;
  for (const { iface, addresses } of known) {
    const own = addresses.find(({ address }) => address.text === ip);
    // A route that is not in sight may lead elsewhere, and a second address of a network answers with the first.
    if (own)
      return {
        result: 'chosen',
        choices: [{ ip, prefix: own.prefix, iface: iface.name }],
        sureness: 'likely',
      };
  }
  return { result: 'unknown', reason: 'route-unknown' };
}

/** What a method would choose on a node, by the release's own rules and whatever is known of the node's interfaces. */
export function outlookOf(request: PredictRequest): Outlook {
  const question = { ...request, release: request.calicoVersion ?? newestRelease };
  const method = parseMethod(question.method, question.release);
  switch (method.kind) {
    case 'enumerate':
      return possibleChoices(question, method);
    case 'kubernetes-internal-ip':
      return internalOutlook(question);
    case 'can-reach':
      return reachOutlook(question, method.destination);
    case 'bad-cidr':
      return { result: 'fails', reason: 'invalid-cidr', sureness: 'certain' };
    case 'unknown':
      return { result: 'fails', reason: 'invalid-method', sureness: 'certain' };
  }
}

/**
 * Predicts what becomes of a node's address under a method. Only the address is compared, not its prefix. Ambiguity is a
 * result: if one of several possible addresses is the stored one, the outcome is unknown.
 */
export function predictAddress(request: PredictRequest): Prediction {
  const outlook = outlookOf(request);
  const { stored, method } = request;
  const empty = { choices: [], keepsStored: false };
  if (outlook.result === 'unknown')
    return { ...empty, outcome: 'unknown', sureness: null, reason: outlook.reason };
  if (outlook.result === 'fails') {
    const { reason, sureness } = outlook;
    // An unknown method ends the program; all other failures leave a stored address alone.
    const isFatal = parseMethod(method, request.calicoVersion ?? newestRelease).kind === 'unknown';
    return {
      outcome: 'fails',
      choices: [],
      sureness,
      reason,
      keepsStored: stored !== null && !isFatal,
    };
  }
  const { choices, sureness } = outlook;
  const same = choices.filter(({ ip }) => ip === stored).length;
  const outcome = same === choices.length ? 'same' : same === 0 ? 'changes' : 'unknown';
  return { outcome, choices, sureness, reason: null, keepsStored: false };
}

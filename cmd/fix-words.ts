const en = {
  place: (context: string, server: string) => `context ${context} (${server})`,
  askChange: (objects: string, where: string) => `Change ${objects} in ${where}? [y/N] `,
  askDrain: (node: string, where: string) => `To empty node ${node} in ${where}, type its name: `,
  notAsked: 'nobody is there to be asked: nothing was changed',
  notAskedHint: 'In a terminal it asks; --yes goes on without asking, --dry-run only shows.',
  stopping: 'stopping; Ctrl-C again ends at once, without a word about what stands',
  damagedRecord: (file: string, reason: string) => `${file} cannot be read: ${reason}`,
  declined: 'Nothing was changed.',
  stillFound: (ids: string) =>
    `The change was made before, and ${ids} is still found: perhaps the pods have not been replaced yet. kubectl rollout status tells; with updateStrategy OnDelete somebody has to delete them.`,
  dumpIsReadOnly: 'a dump cannot be changed',
  dumpIsReadOnlyHint: 'With --from, --dry-run=client shows what would be changed.',
  notOfDump: (command: string) => `${command} needs the cluster, not a dump`,
  notOfDumpHint: 'Leave --from out.',
  oneMethod: 'fix takes one --method',
  oneMethodHint: 'Compare several with: kubectl calico-fix predict --method A --method B',
  remedyNeedsFinding: '--remedy needs the finding that it is for',
  ipv6NeedsMethod: '--ipv6 is for --method',
  ipv6Hint: 'For example: kubectl calico-fix fix --ipv6 --method cidr=2001:db8::/64',
  methodWithRemedy: '--method and --remedy are two answers to one question',
  oneOfThem: 'Give one of them.',
  remedyHint: 'For example: kubectl calico-fix fix FINDING --remedy ID',
  methodHint: 'What each method would do: kubectl calico-fix predict --method METHOD',
  methodForce:
    'What each method would do: kubectl calico-fix predict --method METHOD; --force sets it all the same.',
  nothingFound: 'No fault was found, so there is nothing to fix.',
  remarksOnly: (ids: string) =>
    `No fault was found, so there is nothing that has to be fixed. Lesser findings are fixed by name: ${ids}.`,
  symptomsOnly: (ids: string) =>
    `Only ${ids} is found, which as a rule something else brings about. Look at it with kubectl calico-fix diagnose, and name it to fix it all the same.`,
  cannotTell: 'What is wrong could not be told, so there is nothing to fix.',
  cannotTellHint: 'kubectl calico-fix diagnose says what is missing.',
  noneApplicable: 'Nothing of it can be done from here without being named.',
  notFound: (id: string) => `${id} is not found here`,
  notTold: (id: string) => `whether ${id} is the case could not be told`,
  checkUnknown: (reason: string) => `Its check needs more: ${reason}`,
  notThere: (id: string) => `${id} is found, but not on the nodes given`,
  found: (ids: string) => `Found: ${ids}.`,
  noneFound: 'Nothing was found.',
  explained: (id: string, causes: string) => `${id} is what ${causes} brings about`,
  fixCause: (id: string) => `Fix the cause: kubectl calico-fix fix ${id}`,
  noRemedy: (id: string) => `nothing is known that cures ${id}`,
  explain: (id: string) => `More about it: kubectl calico-fix explain ${id}`,
  needsConsent: (remedy: string, flag: string) =>
    `${remedy} has a price that has to be known: it is only done with --${flag}`,
  passedOver: {
    'by-hand': (finding: string, _remedy: string) =>
      `${finding} is left: it is cured by hand. kubectl calico-fix fix ${finding} --dry-run=client shows how.`,
    emit: (finding: string, _remedy: string) =>
      `${finding} is left: it is cured at its source. kubectl calico-fix fix ${finding} --dry-run=client shows how.`,
    refused: (finding: string, _remedy: string) =>
      `${finding} is left: it is not safe to change from here.`,
    'needs-consent': (finding: string, remedy: string) =>
      `${finding} could be cured by ${remedy}, which has its price: kubectl calico-fix fix ${finding} --remedy ${remedy} --freeze-operator --dry-run=client`,
    'has-to-be-named': (finding: string, remedy: string) =>
      `${finding} could be cured by ${remedy}, which interrupts traffic, so it has to be named: kubectl calico-fix fix ${finding} --remedy ${remedy}`,
  },
  noSuchFinding: (id: string) => `there is no finding "${id}"`,
  noSuchRemedy: (remedy: string, finding: string) => `${finding} has no remedy "${remedy}"`,
  remedies: (ids: string) => `It has: ${ids}.`,
  noSuchChange: (id: string) => `there is no recorded change "${id}" of this cluster`,
  changes: (ids: string) => `There are: ${ids}.`,
  noChanges: 'None is recorded for this cluster.',
  nothingToUndo: 'there is no recorded change of this cluster that could be taken back',
  nothingToUndoHint: 'kubectl calico-fix history lists all of them.',
  undoneAlready: (id: string) => `${id} was taken back already`,
  otherCluster: (id: string, context: string) => `${id} was made in another cluster (${context})`,
  otherClusterHint: 'Choose that cluster with --context.',
  kubeSystemUnread: (message: string) =>
    `which cluster this is cannot be told: reading Namespace kube-system failed: ${message}`,
  kubeSystemHint:
    'The right to get that Namespace is needed; kubectl calico-fix history --all asks no cluster.',
  nothingBack: (reason: string) => `Nothing to take back: ${reason}`,
  missingRole: 'A role with what is missing, and nothing else:',
  bindRole: 'An administrator applies it, and binds it:',
};

/** Every sentence of `fix`, `undo` and `history`. Another language is another object of this type. */
export const words = { en };

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// No other network namespace that uses IPVS lacks what somebody has set.
///
/// With Docker Swarm the virtual services are in namespaces that Docker makes, and timeouts that are set on the host
/// have no effect there. The policy measures the namespaces that it names, and nothing else does.
struct NamespacesCheck: DirectorCheck {
  /// How many namespaces a line names; it counts the others.
  static let mostNamed = 3

  let check = CheckID.namespaces

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let others = try facts.machine.otherNamespaces.get()
    let listing = others.listing
    let missing =
      unseen(facts.otherUsers) + hidden(listing.hiddenProcesses) + unreachable(listing.unreachable)
      + unanswered(listing.unanswered) + unread(others.unread)
    // With a namespace that cannot be seen, nothing is ok.
    return main(facts.otherDirectors, facts).filter { missing.isEmpty || $0.severity != .ok } + missing
      + leftovers(listing.leftovers.count)
  }

  private typealias Others = [(known: NamespaceInfo, timeouts: Timeouts)]

  private func main(_ others: Others, _ facts: DirectorFacts) -> [Finding] {
    guard !others.isEmpty else { return [.ok(check, "no other network namespace uses IPVS")] }
    let named = others.filter { facts.demand(of: $0.known) != Timeouts() }
    let drifting = named.filter { !$0.timeouts.drift(from: facts.demand(of: $0.known)).isEmpty }
    let free = others.filter { facts.demand(of: $0.known) == Timeouts() }
    let unset = free.filter { !$0.timeouts.isSet }
    let set = free.filter(\.timeouts.isSet)
    if facts.timeouts.isSet, !unset.isEmpty { return [lacking(unset, isAll: unset.count == others.count, facts)] }
    if !drifting.isEmpty { return facts.machine.isComplete ? [] : [drifted(drifting, facts)] }
    let lacksHere = facts.isInUse && facts.demand == nil && !facts.timeouts.isSet
    if !set.isEmpty, lacksHere || !unset.isEmpty { return [uneven(set, unset, lacksHere, facts)] }
    let words = NamespacesCheck.names(others.map { "\($0.known.name.printable) (\($0.timeouts.values))" })
    return [.ok(check, "\(count(others)) IPVS: \(words)")]
  }

  private func count(_ others: Others) -> String {
    others.count.counted("other network namespace") + (others.count == 1 ? " uses" : " use")
  }

  private static func names(_ names: [String]) -> String {
    let rest = names.count - mostNamed
    return (rest > 0 ? names.prefix(mostNamed) + ["\(rest) more"] : names).enumeration
  }

  /// Other namespaces lack the timeouts that somebody set here.
  private func lacking(_ others: Others, isAll: Bool, _ facts: DirectorFacts) -> Finding {
    let names = NamespacesCheck.names(others.map(\.known.name.printable))
    let fact = "\(count(others)) IPVS with the kernel's defaults (\(Timeouts.kernelDefault.values)): \(names)"
    let fix = fix(facts.timeouts, others, isAll: isAll, facts)
    return facts.isInUse
      ? .note(check, fact, so: "timeouts that you set here have no effect there", fix: fix)
      : .problem(
        check, fact, so: "somebody set the timeouts here, where there is no virtual service; that has no effect there",
        fix: fix)
  }

  /// The policy wants something else in a namespace without its own report.
  private func drifted(_ others: Others, _ facts: DirectorFacts) -> Finding {
    let names = NamespacesCheck.names(others.map { "\($0.known.name.printable) (\($0.timeouts.values))" })
    return .problem(
      check, "the policy \(facts.machine.policy.path.string.printable) is not in force in \(names)",
      so: "connections there have other timeouts than you want",
      fix: .command("ipvs-timeout apply\(facts.machine.policy.argument)"))
  }

  /// Somebody has set timeouts in one namespace, and another one has the kernel's.
  private func uneven(_ set: Others, _ unset: Others, _ lacksHere: Bool, _ facts: DirectorFacts) -> Finding {
    let first = NamespacesCheck.names(set.map { "\($0.known.name.printable) (\($0.timeouts.values))" })
    let lacking = (lacksHere ? ["this one"] : []) + unset.map(\.known.name.printable)
    let values = Set(set.map(\.timeouts))
    let infos = (lacksHere ? [facts.known].compactMap(\.self) : []) + unset.map(\.known)
    let others = infos.map { (known: $0, timeouts: Timeouts.kernelDefault) }
    return .note(
      check,
      "somebody has set the timeouts in \(first); \(NamespacesCheck.names(lacking))"
        + " \(lacking.count == 1 ? "has" : "have") the kernel's defaults (\(Timeouts.kernelDefault.values))",
      so: "each network namespace has its own timeouts; setting them in one has no effect in another",
      fix: values.count == 1 ? values.first.flatMap { fix($0, others, isAll: false, facts) } : nil)
  }

  /// How to set the same there: in the policy where there is one, or where Docker will make the namespaces again.
  private func fix(_ timeouts: Timeouts, _ others: Others, isAll: Bool, _ facts: DirectorFacts) -> Fix {
    guard timeouts.canBeAskedFor else { return .advice("`ipvs-timeout set`, with timeouts of at most 31 days") }
    let lines = others.map { facts.policyLine(for: timeouts, in: $0.known) }
    let isLasting = facts.policyFile != nil || others.allSatisfy { DockerNamespaces.contain($0.known) }
    if isLasting, lines.allSatisfy({ $0 != nil }) {
      var known: Set<String> = []
      return .command(facts.machine.policy.adding(lines.compactMap { $0 }.filter { known.insert($0).inserted }))
    }
    let isMany = isAll && others.count > NamespacesCheck.mostNamed
    return .command(
      "ipvs-timeout set \(timeouts.values)"
        + (isMany ? " --in-use" : others.map { NamespaceCommands($0.known).namedOption }.joined()))
  }

  private func unseen(_ others: [OtherNamespaces.Neighbour]) -> [Finding] {
    let errors = others.compactMap { other in
      if case .failure(let error) = other.timeouts { error } else { nil }
    }
    guard let first = errors.first else { return [] }
    let rest = errors.count > 1 ? " (and \((errors.count - 1).counted("more network namespace")))" : ""
    return [
      .unchecked(check, first.description + rest, so: "its timeouts may differ", fix: first.fix)
    ]
  }

  private func hidden(_ processes: Int) -> [Finding] {
    guard processes > 0 else { return [] }
    return [
      .unchecked(
        check, "cannot see the network namespaces of \(processes == 1 ? "1 process" : "\(processes) processes")",
        so: "some that use IPVS may be missing here",
        fix: .advice("run `ipvs-timeout doctor` as root with the capability CAP_SYS_PTRACE"))
    ]
  }

  private func unreachable(_ namespaces: [NamespaceInfo]) -> [Finding] {
    guard let first = namespaces.first else { return [] }
    let rest = namespaces.count > 1 ? " and \(namespaces.count - 1) more" : ""
    return [
      .unchecked(
        check,
        "cannot enter the network namespace \(first.name.printable)\(rest), which only another mount namespace has bound",
        so: "its timeouts are not known",
        fix: .advice("run `ipvs-timeout doctor` as root with the capabilities CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"))
    ]
  }

  private func unanswered(_ paths: [FilePath]) -> [Finding] {
    guard let first = paths.first else { return [] }
    let rest = paths.count > 1 ? " (and \(paths.count - 1) more)" : ""
    return [
      .unchecked(
        check, "the file system of \(first.string.printable)\(rest) did not answer in time",
        so: "it may be a network namespace that uses IPVS", fix: .advice("`findmnt` lists the mounts"))
    ]
  }

  private func unread(_ lines: [UnreadPolicyLine]) -> [Finding] {
    // A line that failed says more than one that was not tried.
    guard let first = lines.first(where: \.wasTried) ?? lines.first else { return [] }
    let rest = lines.count > 1 ? " (and \((lines.count - 1).counted("more line")))" : ""
    return [
      .unchecked(
        check, first.failure + rest, so: "it may match more network namespaces than are checked",
        fix: .advice(first.advice))
    ]
  }

  private func leftovers(_ count: Int) -> [Finding] {
    guard count > 0 else { return [] }
    return [
      .note(
        check,
        "\(count.counted("file")) in /run/netns and /run/docker/netns \(count == 1 ? "is" : "are") no network"
          + " \(count == 1 ? "namespace" : "namespaces")",
        so: "each is left from a namespace that has ended, or is bound only in another mount namespace")
    ]
  }
}

extension DirectorFacts {
  /// What the policy wants in another namespace.
  fileprivate func demand(of known: NamespaceInfo) -> Timeouts {
    policyFile?.demand(in: known.namespace, known: known).timeouts ?? Timeouts()
  }
}

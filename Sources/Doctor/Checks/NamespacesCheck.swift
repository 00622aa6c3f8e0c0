// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// Other network namespaces that use IPVS have the same timeouts, or others for a reason.
///
/// With Docker Swarm the virtual services are in namespaces of Docker's own, and timeouts that are set on the host rule
/// nothing.
struct NamespacesCheck: DirectorCheck {
  /// How many namespaces a line names: what does not fit there is counted.
  static let mostNamed = 3

  let check = CheckID.namespaces

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let otherNamespaces = try facts.machine.otherNamespaces.get()
    let others = otherNamespaces.users.filter { $0.known.fileIdentity != facts.known?.fileIdentity }
    let seen = others.compactMap { other in (try? other.timeouts.get()).map { (known: other.known, timeouts: $0) } }
    let differing = seen.filter { isDifferent($0.timeouts, in: $0.known, facts) }
    let main =
      differing.isEmpty ? alike(seen.count, facts) : different(differing, isAll: differing.count == seen.count, facts)
    return [main] + unseen(others) + hidden(otherNamespaces.listing.hiddenProcesses)
  }

  /// Whether a timeout differs there, and the policy does not want it so.
  private func isDifferent(_ timeouts: Timeouts, in known: NamespaceInfo, _ facts: DirectorFacts) -> Bool {
    let policy = try? facts.machine.policy.file.get()
    let wanted = policy?.demand(in: known.namespace, known: known).timeouts ?? Timeouts()
    return Timeouts.Name.allCases.contains { name in
      timeouts[name] != facts.timeouts[name] && (wanted[name] == nil || wanted[name] != timeouts[name])
    }
  }

  private func alike(_ count: Int, _ facts: DirectorFacts) -> Finding {
    guard count > 0 else { return .ok(check, "no other network namespace uses IPVS") }
    return .ok(
      check,
      "\(count.counted("other network namespace")) \(count == 1 ? "uses" : "use") IPVS,"
        + " with the same timeouts or those that the policy wants there")
  }

  private func different(
    _ others: [(known: NamespaceInfo, timeouts: Timeouts)], isAll: Bool, _ facts: DirectorFacts
  ) -> Finding {
    let named = others.prefix(NamespacesCheck.mostNamed).map { "\($0.known.name.printable) (\($0.timeouts.values))" }
    let rest = others.count - named.count
    let words = (named + (rest > 0 ? ["\(rest) more"] : [])).enumeration
    let verb = others.count == 1 ? "uses" : "use"
    let fact = "\(others.count.counted("other network namespace")) \(verb) IPVS with other timeouts: \(words)"
    let isUsedHere = (try? facts.services.get()).map { $0.count > 0 } ?? true
    let isSetHere = facts.timeouts.merging(.kernelDefault) != .kernelDefault
    let command =
      "ipvs-timeout set \(facts.timeouts.values)"
      + (isAll && rest > 0 ? " --in-use" : others.map { NamespaceCommands($0.known).namedOption }.joined())
    let fix: Fix =
      facts.timeouts.canBeAskedFor ? .command(command) : .advice("`ipvs-timeout set`, with timeouts of at most 31 days")
    guard isSetHere, !isUsedHere else {
      return .note(
        check, fact, so: "what is set here has no effect there", fix: isSetHere || isUsedHere ? fix : nil)
    }
    return .problem(
      check, fact, so: "there is no virtual service here, and what was set here has no effect there", fix: fix)
  }

  private func unseen(_ others: [OtherNamespaces.Neighbour]) -> [Finding] {
    let errors = others.compactMap { other in
      if case .failure(let error) = other.timeouts { error } else { nil }
    }
    guard let first = errors.first else { return [] }
    let rest = errors.count > 1 ? " (and \((errors.count - 1).counted("more network namespace")))" : ""
    return [.note(check, first.description + rest, so: "its timeouts may be others", fix: first.fix)]
  }

  private func hidden(_ processes: Int) -> [Finding] {
    guard processes > 0 else { return [] }
    return [
      .note(
        check, "cannot see in which network namespaces \(processes) of the processes live",
        so: "those that use IPVS with other timeouts may be missing here",
        fix: .advice("run `ipvs-timeout doctor` as root with the capability CAP_SYS_PTRACE"))
    ]
  }
}

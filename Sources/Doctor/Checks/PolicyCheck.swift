// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The timeouts are as the policy wants, or something else keeps them.
struct PolicyCheck: DirectorCheck {
  let check = CheckID.policy

  func findings(on facts: DirectorFacts) -> [Finding] {
    let policy = facts.machine.policy
    let path = policy.path.string.printable
    do throws(PolicyError) {
      guard let file = try policy.file.get() else { return [unnamed("there is no policy (\(path))", facts)] }
      let demand = file.demand(in: facts.namespace, known: facts.known)
      guard demand.timeouts != Timeouts() else {
        return [unnamed("the policy \(path) wants nothing in this network namespace", facts)]
      }
      return [compared(with: demand, facts)] + policy.findings(check)
    } catch {
      return [refused(error, policy)]
    }
  }

  private func compared(with demand: PolicyDemand, _ facts: DirectorFacts) -> Finding {
    let policy = facts.machine.policy
    let path = policy.path.string.printable
    let drift = facts.timeouts.drift(from: demand.timeouts)
    guard !drift.isEmpty else { return .ok(check, "the timeouts are as the policy \(path) wants") }
    let words = drift.map { "\($0.sentence) (\(path):\(demand.line(of: $0.name) ?? 0))" }.joined(separator: "; ")
    guard drift.contains(where: { $0.actual != nil }) else {
      return .problem(
        check, words, so: "this kernel cannot do what the policy wants, and `ipvs-timeout apply` fails here",
        fix: .advice("write - for that timeout in the policy"))
    }
    return .problem(
      check, words, so: "the policy is not in force here",
      fix: .command("ipvs-timeout apply\(policy.argument)\(facts.option)"))
  }

  private func refused(_ error: PolicyError, _ policy: PolicyState) -> Finding {
    let consequence = "no line of the policy is in force: `ipvs-timeout apply` refuses the file"
    switch error {
    case .mistakes(let mistakes, let more):
      let others = mistakes.count + more - 1
      let rest = others > 0 ? " (and \(others.counted("more mistake")))" : ""
      return .problem(
        check, (mistakes.first?.description ?? "") + rest, so: consequence,
        fix: .command("ipvs-timeout check-policy\(policy.argument)"))
    case .unreadable(let path, .writableByOthers):
      return .problem(check, error.description, so: consequence, fix: .command("chmod o-w \(path.string.shellWord)"))
    case .unreadable(_, .timedOut):
      return .problem(
        check, error.description, so: consequence,
        fix: .advice("`findmnt` lists the mounts; name a file on a local disk"))
    case .unreadable(_, .noThread(let errno)):
      return .unchecked(
        check, error.description, so: "it is not known whether the policy is in force",
        fix: .advice("raise the limit of \(ThreadStack.limit(errno)), then run `ipvs-timeout doctor` again"))
    case .unreadable(let path, _):
      return .problem(check, error.description, so: consequence, fix: .command("ls -lL \(path.string.shellWord)"))
    }
  }

  /// The policy does not restore the timeouts.
  ///
  /// That matters where somebody has set them, and nothing else restores them.
  private func unnamed(_ fact: String, _ facts: DirectorFacts) -> Finding {
    guard facts.timeouts.isSet else { return .ok(check, "\(fact), and the timeouts are the kernel's defaults") }
    if !facts.isInUse, !facts.otherDirectors.isEmpty {
      return .ok(check, "\(fact), and no virtual service here uses these timeouts")
    }
    let set = Timeouts.Name.allCases.filter { facts.timeouts[$0] != Timeouts.kernelDefault[$0] }
    if let writer = facts.writer(of: set) {
      return .ok(check, "\(fact); \(writer.name) sets these timeouts when it starts")
    }
    if let rules = facts.savedRules(of: set) {
      return .ok(check, "\(fact); the service ipvsadm restores these timeouts at boot (\(rules.path.string.printable))")
    }
    if facts.machine.isInNamedNamespace, facts.namespace.isOwn(facts.known) {
      return .unchecked(
        check, "doctor runs in a network namespace that has a name, and not in the host's",
        so: "a policy names this namespace by its path, and only on the host",
        fix: .advice("run `ipvs-timeout doctor` on the host; it checks this namespace, too"))
    }
    let consequence = "a reboot or unloading ip_vs loses these timeouts: nothing that doctor knows restores them"
    guard facts.deciding(set) == nil else {
      // The check of writers has the rest.
      return .note(check, fact, so: consequence)
    }
    return .note(
      check, fact, so: consequence,
      fix: facts.policyLine(for: facts.timeouts).map { .command(facts.machine.policy.adding([$0])) })
  }
}

extension DirectorFacts {
  /// The program that writes these timeouts as they are; `nil` where none does.
  fileprivate func writer(of names: [Timeouts.Name]) -> TimeoutWriter? {
    guard let writer = deciding(names), case .writes(let written, _) = writer.plan,
      names.allSatisfy({ written[$0] == timeouts[$0] })
    else { return nil }
    return writer
  }

  /// The file that the service ipvsadm loads at boot, with these timeouts as they are; only for the host.
  fileprivate func savedRules(of names: [Timeouts.Name]) -> SavedRules? {
    guard namespace.isOwn(known) else { return nil }
    return machine.savedRules.first { rules in
      rules.isRestored && names.allSatisfy { rules.timeouts[$0] == timeouts[$0] }
    }
  }
}

extension PolicyState {
  /// What there is to know of the units that apply the policy: nothing where all are enabled, or systemd does not run.
  func findings(_ check: CheckID) -> [Finding] {
    guard let units else { return [] }
    let missing = PolicyState.units.filter { units.state(of: $0) != .enabled }
    guard !missing.isEmpty else { return [] }
    let fact = "\(missing.enumeration) \(missing.count == 1 ? "is" : "are") not enabled"
    return [.note(check, fact, so: PolicyState.consequence(without: missing), fix: fix(missing, units))]
  }

  private static func consequence(without missing: [String]) -> String {
    if missing == units {
      "nothing applies the policy after a reboot, in a new namespace, or when another program sets the timeouts"
    } else if missing.contains("ipvs-timeout.timer") {
      "nothing restores the timeouts when another program sets them"
    } else {
      "at boot or in a new namespace, the policy may come into force up to a minute late"
    }
  }

  private func fix(_ missing: [String], _ units: SystemdUnits) -> Fix {
    let enabling = "systemctl enable --now \(missing.joined(separator: " "))"
    return missing.contains { units.state(of: $0) == .absent }
      ? .advice("install the units (`make install`), then `\(enabling)`") : .command(enabling)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// The timeouts are as the policy wants.
struct PolicyCheck: DirectorCheck {
  let check = CheckID.policy

  func findings(on facts: DirectorFacts) -> [Finding] {
    let policy = facts.machine.policy
    let path = policy.path.string.printable
    do throws(PolicyError) {
      guard let file = try policy.file.get() else { return [unkept("there is no policy (\(path))", facts)] }
      let demand = file.demand(in: facts.namespace, known: facts.known)
      guard demand.timeouts != Timeouts() else {
        return [unkept("the policy \(path) wants nothing in this network namespace", facts)]
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
        check, words, so: "the policy wants what this kernel cannot do, and `ipvs-timeout apply` fails here",
        fix: .advice("write - for that timeout in the policy"))
    }
    return .problem(
      check, words, so: "the policy is not in force here",
      fix: .command("ipvs-timeout apply\(policy.argument)\(facts.option)"))
  }

  private func refused(_ error: PolicyError, _ policy: PolicyState) -> Finding {
    let consequence = "no line of the policy is obeyed: `ipvs-timeout apply` refuses the file"
    switch error {
    case .mistakes(let mistakes):
      let rest = mistakes.count > 1 ? " (and \((mistakes.count - 1).counted("more mistake")))" : ""
      return .problem(
        check, (mistakes.first?.description ?? "") + rest, so: consequence,
        fix: .command("ipvs-timeout check-policy\(policy.argument)"))
    case .unreadable(let path, .writableByOthers):
      return .problem(check, error.description, so: consequence, fix: .command("chmod o-w \(path.string.shellWord)"))
    case .unreadable(let path, _):
      return .problem(check, error.description, so: consequence, fix: .command("ls -lL \(path.string.shellWord)"))
    }
  }

  /// Nothing brings the timeouts back, which matters where somebody has set them.
  private func unkept(_ fact: String, _ facts: DirectorFacts) -> Finding {
    guard facts.timeouts.merging(.kernelDefault) != .kernelDefault else {
      return .ok(check, "\(fact), and the timeouts are the kernel's default")
    }
    return .note(
      check, fact, so: "a reboot, or unloading ip_vs, loses these timeouts, and ipvs-timeout will not bring them back",
      fix: line(for: facts).map {
        .command("printf '\\n%s\\n' '\($0)' >>\(facts.machine.policy.path.string.shellWord)")
      })
  }

  /// The line of a policy that would keep the timeouts as they are; `nil` where no policy can name the namespace, or such
  /// timeouts.
  private func line(for facts: DirectorFacts) -> String? {
    let isOwn = facts.namespace.isOwn(facts.known)
    guard facts.timeouts.canBeAskedFor,
      let name = isOwn ? "host" : facts.namespace.paths(facts.known).first, name.shellWord == name
    else { return nil }
    return "\(name) \(facts.timeouts.values)"
  }
}

extension PolicyState {
  /// What is to be known of what applies the policy: nothing where all of it is enabled, or systemd does not run.
  func findings(_ check: CheckID) -> [Finding] {
    guard let units else { return [] }
    let missing = PolicyState.units.filter { units.state(of: $0) != .enabled }
    guard !missing.isEmpty else { return [] }
    let fact = "\(missing.enumeration) \(missing.count == 1 ? "is" : "are") not enabled"
    return [.note(check, fact, so: PolicyState.consequence(without: missing), fix: fix(missing, units))]
  }

  private static func consequence(without missing: [String]) -> String {
    if missing == units {
      "these units will not apply the policy after a reboot, in a new namespace, or when others have set the timeouts"
    } else if missing.contains("ipvs-timeout.timer") {
      "these units will not bring the timeouts back when others have set them"
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

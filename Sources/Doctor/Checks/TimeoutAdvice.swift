// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// How to change the timeouts of a director so that the change lasts: where the policy or another program decides, there.
extension DirectorFacts {
  /// The policy; `nil` where there is none, or it cannot be read.
  var policyFile: PolicyFile? { (try? machine.policy.file.get()) ?? nil }

  /// What the policy wants here; `nil` where no line names this namespace.
  var demand: PolicyDemand? {
    let demand = policyFile?.demand(in: namespace, known: known)
    return demand?.timeouts == Timeouts() ? nil : demand
  }

  /// How to have these timeouts here, from now on.
  func advice(for wanted: Timeouts) -> Fix {
    let words = wanted.names.map { "\($0.rawValue) \(wanted[$0]?.seconds ?? 0)" }.joined(separator: ", ")
    if let demand, let name = wanted.names.first(where: { demand.line(of: $0) != nil }) {
      return .advice(
        "set \(words) in line \(demand.line(of: name) ?? 0) of \(machine.policy.path.string.printable), then"
          + " `ipvs-timeout apply\(machine.policy.argument)`")
    }
    if let writer = deciding(wanted.names), case .writes(let written, let source) = writer.plan {
      return .advice(writer.program.fix(wanted.merging(written), source))
    }
    if let rules = restoredRules(wanted.names) {
      let all = wanted.merging(rules.timeouts)
      return .advice(
        "`--set \(all.arguments(absent: "0").joined(separator: " "))` in \(rules.path.string.printable), then"
          + " `ipvs-timeout set \(wanted.options)\(option)`")
    }
    if let line = policyLine(for: wanted), policyFile != nil || isBoundForDocker {
      return .command(machine.policy.adding([line]))
    }
    return .command("ipvs-timeout set \(wanted.options)\(option)")
  }

  /// The program that will write one of these timeouts here; `nil` where none does.
  func deciding(_ names: [Timeouts.Name]) -> TimeoutWriter? {
    guard let here = known?.fileIdentity, let writers = try? machine.writers.get() else { return nil }
    return writers.first { writer in
      guard writer.namespace == here, case .writes(let written, _) = writer.plan else { return false }
      return names.contains { written[$0] != nil }
    }
  }

  /// The file that the service ipvsadm loads at boot, with one of these timeouts; only for the host.
  private func restoredRules(_ names: [Timeouts.Name]) -> SavedRules? {
    guard namespace.isOwn(known) else { return nil }
    return machine.savedRules.first { rules in rules.isRestored && names.contains { rules.timeouts[$0] != nil } }
  }

  /// Whether Docker has made this namespace.
  var isBoundForDocker: Bool {
    !namespace.isOwn(known) && namespace.paths(known).contains(where: DockerNamespaces.contains)
  }

  /// The line of the policy that wants these timeouts here; `nil` where no policy can name the namespace, or such
  /// timeouts.
  func policyLine(for wanted: Timeouts) -> String? { line(for: wanted, in: namespace, known) }

  /// The line of the policy that wants these timeouts in another namespace.
  ///
  /// It names this namespace only, because others that Docker makes may need other timeouts.
  func policyLine(for wanted: Timeouts, in known: NamespaceInfo) -> String? {
    line(for: wanted, in: known.namespace, known, isForOthers: false)
  }

  private func line(
    for wanted: Timeouts, in namespace: NetworkNamespace, _ known: NamespaceInfo?, isForOthers: Bool = true
  ) -> String? {
    guard wanted.canBeAskedFor else { return nil }
    // The units apply the policy where `host` is another namespace.
    if namespace.isOwn(known) { return machine.isInNamedNamespace ? nil : "host \(wanted.values)" }
    let paths = namespace.paths(known)
    if isForOthers, paths.contains(where: DockerNamespaces.contains), isRight(wanted) {
      return "\(DockerNamespaces.pattern) \(wanted.values)"
    }
    guard let path = paths.first, path.shellWord == path else { return nil }
    return "\(path) \(wanted.values)"
  }

  /// Whether a line may want timeouts in all of Docker's namespaces, which get new names again and again: it must
  /// change nothing that another line wants, or that somebody has set.
  private func isRight(_ wanted: Timeouts) -> Bool {
    guard !(policyFile?.namesDocker ?? false), let users = try? machine.otherNamespaces.get().users else {
      return false
    }
    return users.allSatisfy { user in
      guard DockerNamespaces.contain(user.known),
        let timeouts = try? user.timeouts.get()
      else { return true }
      return wanted.names.allSatisfy { name in
        timeouts[name] == Timeouts.kernelDefault[name] || timeouts[name] == wanted[name]
          || user.known.fileIdentity == self.known?.fileIdentity
      }
    }
  }
}

/// Where Docker binds its namespaces.
enum DockerNamespaces {
  /// A line of the policy for all of them.
  static let pattern = "/run/docker/netns/*"

  /// Whether a path is that of such a namespace.
  static func contains(_ path: String) -> Bool { path.hasPrefix("/run/docker/netns/") }

  /// Whether Docker has made a namespace; it also binds the host's, as `default`, which no pattern matches.
  static func contain(_ known: NamespaceInfo) -> Bool {
    !known.namespace.isOwn(known) && known.namespace.paths(known).contains(where: contains)
  }
}

extension PolicyFile {
  /// Whether a line may be about Docker's namespaces, so that a line for all of them could undo it.
  fileprivate var namesDocker: Bool {
    lines.contains { line in
      let text = line.namespace.text
      return text != "host" && (!text.hasPrefix("/") || text.firstOccurrence(of: "docker") != nil)
    }
  }
}

extension PolicyState {
  /// The command that appends lines to the policy and applies them.
  func adding(_ lines: [String]) -> String {
    let words = lines.map { "'\($0)'" }.joined(separator: " ")
    return "printf '\\n%s\\n' \(words) >>\(path.string.shellWord) && ipvs-timeout apply\(argument)"
  }
}

extension Timeouts {
  /// The words of `set` for the timeouts that are named.
  fileprivate var options: String {
    if names.count == Name.allCases.count { return values }
    return names.map { "--\($0.rawValue) \(DurationText.text(self[$0]?.seconds ?? 0))" }.joined(separator: " ")
  }
}

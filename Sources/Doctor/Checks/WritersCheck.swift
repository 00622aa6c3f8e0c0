// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux

/// Which programs will write the timeouts of this namespace, and whether they write what they are.
struct WritersCheck: DirectorCheck {
  let check = CheckID.writers

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard let here = facts.known?.fileIdentity else {
      return [.unchecked(check, "the kernel does not say which namespace this is")]
    }
    let writers = try facts.machine.writers.get().filter { $0.process.namespace.map { $0 == here } ?? true }
    guard !writers.isEmpty else {
      let names = WriterKind.allCases.map(\.rawValue).joined(separator: ", ")
      return [.ok(check, "none of \(names) runs in this network namespace")]
    }
    let policy = try? facts.machine.policy.file.get()
    let demand = policy?.demand(in: facts.namespace, known: facts.known).timeouts ?? Timeouts()
    return writers.map { finding(on: $0, wanted: demand.merging(facts.timeouts)) }
  }

  private func finding(on writer: TimeoutWriter, wanted: Timeouts) -> Finding {
    switch writer.plan {
    case .nothing(let reason): return .ok(check, "\(writer.name) \(reason)")
    case .unknown(let reason): return .unchecked(check, "\(writer.name): \(reason)")
    case .writes(let written, let source):
      let fact = "\(writer.name) writes \(written.words), as \(source.words) say\(source == .options ? "" : "s")"
      let other = written.changes(from: wanted)
      let (moment, rest) = (writer.program.moment, writer.program.rest(written))
      guard other != Timeouts() else {
        return .note(check, "\(fact); which is as it should be", so: "it writes them again \(moment)\(rest)")
      }
      let changes = Timeouts.Name.allCases.compactMap { name in
        other[name].map { "\(name.rawValue) \($0.seconds) s instead of \(wanted[name]?.seconds ?? 0) s" }
      }
      return .problem(
        check, fact, so: "\(moment) it writes \(changes.joined(separator: ", "))\(rest)",
        fix: writer.program.fix(wanted, source))
    }
  }
}

extension WriterKind {
  /// When it writes.
  fileprivate var moment: String { self == .keepalived ? "at its next reload" : "when it starts anew" }

  /// What keepalived does beyond what it is told: it writes all three, and at its end those from before its start.
  fileprivate func rest(_ written: Timeouts) -> String {
    guard self == .keepalived else { return "" }
    let missing = Timeouts.Name.allCases.filter { written[$0] == nil }.map(\.rawValue).joined(separator: " and ")
    return (missing.isEmpty ? "" : ", \(missing) as at its start") + "; at its end, all as before its start"
  }

  /// How to have it write what is wanted.
  fileprivate func fix(_ wanted: Timeouts, _ source: TimeoutWriter.Source) -> String {
    let isFile = source != .options
    let words = Timeouts.Name.allCases.compactMap { name in
      wanted[name].map { self.words(name, $0.seconds, isFile: isFile) }
    }
    return switch self {
    case .keepalived:
      "lvs_timeouts \(words.joined(separator: " ")) in \(source.words), then systemctl reload keepalived"
    case _ where isFile:
      "under ipvs in \(source.words) \(words.joined(separator: ", ")), then start \(rawValue) anew"
    case .kubeProxy, .kubeRouter, .dockerd:
      "start \(rawValue) anew with \(words.joined(separator: " "))"
    }
  }

  private func words(_ name: Timeouts.Name, _ seconds: UInt32, isFile: Bool) -> String {
    switch self {
    case .keepalived: "\(name.rawValue) \(seconds)"
    case .kubeProxy where isFile: "\(KubeProxyConfiguration.key(of: name)): \(seconds)s"
    case .kubeProxy: "--ipvs-\(name.rawValue)-timeout=\(seconds)s"
    case .kubeRouter, .dockerd: "--service-\(name.rawValue)-timeout=\(seconds)s"
    }
  }
}

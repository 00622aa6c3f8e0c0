// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import Text

/// Which programs will write the timeouts of this namespace, and whether they write the values that you want.
struct WritersCheck: DirectorCheck {
  let check = CheckID.writers

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard let here = facts.known?.fileIdentity else {
      return [.unchecked(check, "the kernel does not say which namespace this is")]
    }
    let all = try facts.machine.writers.get()
    let writers = all.filter { $0.namespace.map { $0 == here } ?? true }
    let elsewhere = all.filter { $0.process.namespace == here && $0.namespace != here }.map {
      Finding.ok(check, "\($0.name) runs here, and its virtual services are in another network namespace")
    }
    let others = notRoots(facts.machine.otherWriters, here: here)
    guard !writers.isEmpty || !elsewhere.isEmpty else {
      let names = WriterKind.usual.map(\.rawValue).joined(separator: ", ")
      return [.ok(check, "none of \(names) runs in this network namespace")] + others
    }
    let demand = facts.demand?.timeouts ?? Timeouts()
    return writers.map { finding(on: $0, demand, facts.timeouts) } + elsewhere + others
  }

  /// One line about the processes that are not root's.
  ///
  /// Anybody can give a process such a name. So they decide nothing.
  private func notRoots(_ writers: [TimeoutWriter], here: NamespaceIdentity) -> [Finding] {
    let here = writers.filter { $0.process.namespace == here }
    guard let first = here.first else { return [] }
    let rest =
      switch here.count {
      case 1: " is not root's, and was not looked at"
      case 2: " and 1 other process are not root's, and were not looked at"
      default: " and \(here.count - 1) other processes are not root's, and were not looked at"
      }
    return [
      .note(
        check, first.name + rest,
        so: "anybody can give a process such a name; it matters only if you gave it the capability CAP_NET_ADMIN")
    ]
  }

  private func finding(on writer: TimeoutWriter, _ demand: Timeouts, _ current: Timeouts) -> Finding {
    switch writer.plan {
    case .nothing(let reason): return nothing(writer, reason)
    case .unknown(let reason):
      return .unchecked(check, "\(writer.name): cannot find out what it writes: \(reason)")
    case .refused(let reason):
      return .note(
        check, "\(writer.name) \(reason)", so: "the kernel refuses all three, so none of them is set",
        fix: .advice("configure a shorter timeout, then restart \(writer.program.rawValue)"))
    case .idle(let named, let source):
      let fact = "\(writer.name) has lvs_timeouts in \(source.words), but no virtual_server"
      guard named.changes(from: current) == Timeouts() else {
        return writer.hasChanged
          ? nothing(writer, "\(fact.dropFirst(writer.name.count + 1)), and so writes none")
          : .ok(check, "\(fact), and so writes none")
      }
      return .note(
        check, "\(fact); yet the timeouts have the values in it",
        so: "cannot find out whether it writes them: without a virtual_server it writes none")
    case .writes(let written, let source):
      return finding(on: writer, written, source, demand, current)
    }
  }

  /// The finding about a program that writes nothing, as its files are now.
  private func nothing(_ writer: TimeoutWriter, _ reason: String) -> Finding {
    guard writer.hasChanged else { return .ok(check, "\(writer.name) \(reason)") }
    let fact = "\(writer.name) \(reason)" + writer.change(of: nil)
    guard writer.program == .keepalived else {
      return .note(check, fact, so: "cannot find out what it wrote when it started")
    }
    return .note(
      check, fact,
      so: "if it had lvs_timeouts before (cannot find out), each reload and its end write the timeouts from before its"
        + " start",
      fix: .advice("`systemctl restart keepalived`, which forgets them, then set the timeouts"))
  }

  /// The finding about a program that writes timeouts.
  private func finding(
    on writer: TimeoutWriter, _ written: Timeouts, _ source: TimeoutWriter.Source, _ demand: Timeouts,
    _ current: Timeouts
  ) -> Finding {
    let wanted = demand.merging(current)
    let missing = current.only(written.changes(from: current).names)
    let fact =
      "\(writer.name) writes \(written.words), as \(source.says)"
      + (missing == Timeouts() ? "" : ", but the kernel has \(missing.words)") + writer.change(of: source)
    let other = written.changes(from: wanted)
    let (moment, rest) = (writer.program.moment, writer.program.rest(written))
    guard other != Timeouts() else {
      if missing == Timeouts() {
        return .note(check, "\(fact); the kernel has them", so: "it writes them again \(moment)\(rest)")
      }
      return .note(
        check, fact,
        so: "it has not written them yet, or another program has written since; it writes them \(moment)\(rest)")
    }
    let changes = Timeouts.Name.allCases.compactMap { name in
      other[name].map { "\(name.rawValue) \($0.seconds) s instead of \(wanted[name]?.seconds ?? 0) s" }
    }
    let mend = writer.program.fix(wanted, source)
    // Without a policy, either the values of the program or those of the kernel may be the right ones.
    let isDecided = other.names.contains { demand[$0] != nil }
    let fix =
      isDecided
      ? mend
      : writer.changedFile != nil
        ? "\(writer.program.again), if you want the change; if not, \(mend)"
        : "\(mend); or, to have the values that \(source.says), \(writer.program.again)"
    return .problem(check, fact, so: "\(moment) it writes \(changes.joined(separator: ", "))\(rest)", fix: .advice(fix))
  }
}

extension Timeouts {
  /// Only the timeouts with these names.
  fileprivate func only(_ names: [Name]) -> Timeouts {
    var result = Timeouts()
    for name in names { result[name] = self[name] }
    return result
  }
}

extension TimeoutWriter {
  /// Whether it may have read other files than they are now.
  fileprivate var hasChanged: Bool { changedFile != nil || isReloaded }

  /// What has changed since it read its files, after a semicolon.
  fileprivate func change(of source: Source?) -> String {
    if let file = changedFile {
      let name = source == .file(file) ? "the file" : file.printable
      return "; \(name) was changed after \(program.rawValue) had read it"
    }
    return source == nil && isReloaded ? "; it was reloaded after its start" : ""
  }
}

extension WriterKind {
  /// When it writes.
  fileprivate var moment: String { self == .keepalived ? "at its next reload" : "at its next start" }

  /// What makes it write.
  fileprivate var again: String { self == .keepalived ? "`systemctl reload keepalived`" : "restart \(rawValue)" }

  /// What keepalived does besides: it writes all three, and at its end those from before its start.
  fileprivate func rest(_ written: Timeouts) -> String {
    guard self == .keepalived else { return "" }
    let missing = Timeouts.Name.allCases.filter { written[$0] == nil }.map(\.rawValue).joined(separator: " and ")
    return (missing.isEmpty ? "" : ", \(missing) as at its start") + "; at its end, all as before its start"
  }

  /// How to have it write the timeouts that you want.
  func fix(_ wanted: Timeouts, _ source: TimeoutWriter.Source) -> String {
    let words = Timeouts.Name.allCases.compactMap { name in
      wanted[name].map { self.words(name, $0.seconds, isFile: source != .options) }
    }
    guard case .file(let path) = source else { return "restart \(rawValue) with \(words.joined(separator: " "))" }
    // People copy it, and a name may hold what a shell would obey.
    let file = path.shellWord
    return self == .keepalived
      ? "lvs_timeouts \(words.joined(separator: " ")) in \(file), then \(again)"
      : "under ipvs in \(file) \(words.joined(separator: ", ")), then \(again)"
  }

  private func words(_ name: Timeouts.Name, _ seconds: UInt32, isFile: Bool) -> String {
    switch self {
    case .keepalived: "\(name.rawValue) \(seconds)"
    case .kubeRouter: "--service-\(name.rawValue)-timeout=\(seconds)s"
    case _ where isFile: "\(KubeProxyConfiguration.key(of: name)): \(seconds)s"
    default: "--ipvs-\(name.rawValue)-timeout=\(seconds)s"
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import Text

/// Which programs will write the timeouts of this namespace, and whether they write what they are.
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
    guard !writers.isEmpty || !elsewhere.isEmpty else {
      let names = WriterKind.usual.map(\.rawValue).joined(separator: ", ")
      return [.ok(check, "none of \(names) runs in this network namespace")]
    }
    let policy = try? facts.machine.policy.file.get()
    let demand = policy?.demand(in: facts.namespace, known: facts.known).timeouts ?? Timeouts()
    return writers.map { finding(on: $0, demand, facts.timeouts) } + elsewhere
  }

  private func finding(on writer: TimeoutWriter, _ demand: Timeouts, _ current: Timeouts) -> Finding {
    switch writer.plan {
    case .nothing(let reason): return nothing(writer, reason)
    case .unknown(let reason):
      return .unchecked(check, "\(writer.name): what it writes cannot be told: \(reason)")
    case .refused(let reason):
      return .note(
        check, "\(writer.name) \(reason)", so: "the kernel refuses all three, and none of them is set",
        fix: .advice("a shorter timeout, then start \(writer.program.rawValue) anew"))
    case .idle(let named, let source):
      let fact = "\(writer.name) has lvs_timeouts in \(source.words), but no virtual_server"
      guard named.changes(from: current) == Timeouts() else {
        return writer.hasChanged
          ? nothing(writer, "\(fact.dropFirst(writer.name.count + 1)), and so writes none")
          : .ok(check, "\(fact), and so writes none")
      }
      return .note(
        check, "\(fact); yet the timeouts are as it names them",
        so: "whether it writes them cannot be told: it writes none without a virtual_server")
    case .writes(let written, let source):
      return finding(on: writer, written, source, demand, current)
    }
  }

  /// What to say of one that writes nothing by what its files say now.
  private func nothing(_ writer: TimeoutWriter, _ reason: String) -> Finding {
    guard writer.hasChanged else { return .ok(check, "\(writer.name) \(reason)") }
    let fact = "\(writer.name) \(reason)" + writer.change(of: nil)
    guard writer.program == .keepalived else {
      return .note(check, fact, so: "what it has written at its start cannot be told")
    }
    return .note(
      check, fact,
      so: "whether it had lvs_timeouts before cannot be told; if so, each reload and its end write the timeouts from"
        + " before its start",
      fix: .advice("`systemctl restart keepalived`, which forgets them, then set the timeouts"))
  }

  /// What to say of one that writes timeouts.
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
        return .note(check, "\(fact); which is as it should be", so: "it writes them again \(moment)\(rest)")
      }
      return .note(
        check, fact,
        so: "it has not written them yet, or another program has written since; it writes them \(moment)\(rest)")
    }
    let changes = Timeouts.Name.allCases.compactMap { name in
      other[name].map { "\(name.rawValue) \($0.seconds) s instead of \(wanted[name]?.seconds ?? 0) s" }
    }
    let mend = writer.program.fix(wanted, source)
    // Where no policy says what is right, it may be what the program is to write, or what the kernel has.
    let isDecided = other.names.contains { demand[$0] != nil }
    let fix =
      isDecided
      ? mend
      : writer.changedFile != nil
        ? "\(writer.program.again), if the change is wanted; if not, \(mend)"
        : "\(mend); or, to have what \(source.says), \(writer.program.again)"
    return .problem(check, fact, so: "\(moment) it writes \(changes.joined(separator: ", "))\(rest)", fix: .advice(fix))
  }
}

extension Timeouts {
  /// Those of some names only.
  fileprivate func only(_ names: [Name]) -> Timeouts {
    var result = Timeouts()
    for name in names { result[name] = self[name] }
    return result
  }
}

extension TimeoutWriter {
  /// Whether it may have read something else than what its files hold now.
  fileprivate var hasChanged: Bool { changedFile != nil || isReloaded }

  /// What has changed since it read its files, behind a semicolon.
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
  fileprivate var moment: String { self == .keepalived ? "at its next reload" : "when it starts anew" }

  /// What makes it write.
  fileprivate var again: String { self == .keepalived ? "`systemctl reload keepalived`" : "start \(rawValue) anew" }

  /// What keepalived does beyond what it is told: it writes all three, and at its end those from before its start.
  fileprivate func rest(_ written: Timeouts) -> String {
    guard self == .keepalived else { return "" }
    let missing = Timeouts.Name.allCases.filter { written[$0] == nil }.map(\.rawValue).joined(separator: " and ")
    return (missing.isEmpty ? "" : ", \(missing) as at its start") + "; at its end, all as before its start"
  }

  /// How to have it write what is wanted.
  fileprivate func fix(_ wanted: Timeouts, _ source: TimeoutWriter.Source) -> String {
    let words = Timeouts.Name.allCases.compactMap { name in
      wanted[name].map { self.words(name, $0.seconds, isFile: source != .options) }
    }
    guard case .file(let path) = source else { return "start \(rawValue) anew with \(words.joined(separator: " "))" }
    // People copy it: a name may hold what a shell would obey.
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

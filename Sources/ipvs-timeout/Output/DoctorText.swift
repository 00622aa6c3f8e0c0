// SPDX-License-Identifier: Apache-2.0

internal import Doctor
internal import Text

/// The reports of `doctor` for people: the answer first, then problems, notes, and the checks that are ok.
struct DoctorText {
  /// How many fixes a finding shows where each namespace needs its own.
  private static let mostFixes = 4
  /// How many namespaces a finding names.
  private static let mostNames = 4

  let reports: [DoctorReport]
  /// Whether to say the names of the namespaces.
  let showsNames: Bool
  /// Whether to print each ok with its fact.
  let showsAll: Bool
  /// Further namespaces, without services.
  let idle: [String]
  /// How many namespaces that use IPVS are not in the reports.
  let unchecked: Int
  /// Further commands that help, a line each.
  let hints: [String]
  let style: OutputStyle

  private let entries: [Entry]
  private let okChecks: [CheckID]

  init(
    _ reports: [DoctorReport], showsNames: Bool = true, showsAll: Bool = false, idle: [String] = [],
    unchecked: Int = 0, hints: [String] = [],
    _ style: OutputStyle = .plain
  ) {
    self.reports = reports
    self.showsNames = showsNames
    self.showsAll = showsAll
    self.idle = idle
    self.unchecked = unchecked
    self.hints = hints
    self.style = style
    entries = Entry.all(in: reports)
    let found = entries.filter { $0.finding.severity != .ok }.map(\.finding.check)
    okChecks = entries.map(\.finding.check).unique.filter { !found.contains($0) }
  }

  /// The whole text.
  var text: String {
    let blocks = [answer, shown.flatMap(lines), footer]
    return blocks.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(
      separator: shown.isEmpty ? "" : "\n")
  }
}

extension DoctorText {
  /// How many problems and notes there are, and which checks have found them.
  private var answer: [String] {
    let problems = entries.filter { $0.finding.severity == .problem }
    let notes = entries.filter { $0.finding.severity == .note && !$0.finding.isUnchecked }
    let place = showsNames && reports.count == 1 ? " in \(reports[0].target.name.printable)" : ""
    var words: String
    if problems.isEmpty, notes.isEmpty {
      words = "no problem found\(place): \(okChecks.count.counted("check")) \(okChecks.count == 1 ? "is" : "are") ok"
    } else {
      let counts =
        [problems.isEmpty ? "no problem" : problems.count.counted("problem")]
        + (notes.isEmpty ? [] : [notes.count.counted("note")])
      words = "\(counts.joined(separator: ", "))\(place): \(DoctorText.names(problems + notes))"
    }
    let missing = entries.filter(\.finding.isUnchecked)
    let names = missing.isEmpty ? [] : [DoctorText.names(missing)]
    let namespaces = unchecked > 0 ? ["\(unchecked.counted("more network namespace")) (--in-use)"] : []
    if !missing.isEmpty || unchecked > 0 { words += "; not checked: \((names + namespaces).joined(separator: ", "))" }
    if !services.isEmpty { words += "; virtual services in \(services.enumeration(atMost: DoctorText.mostNames))" }
    return Paragraph(words).lines(after: "", 0, margin: 2, width: style.width).map { style.text($0, .bold) }
  }

  /// The namespaces that use IPVS, where there are several namespaces.
  private var services: [String] {
    reports.count > 1 ? reports.filter(\.isInUse).map(\.target.name.printable) : []
  }

  private static func names(_ entries: [Entry]) -> String {
    entries.map(\.finding.check).unique.map(\.rawValue).joined(separator: ", ")
  }

  /// The checks that are ok, and where to look next.
  private var footer: [String] {
    let names = okChecks.map(\.rawValue).joined(separator: ", ")
    let ok = okChecks.isEmpty || showsAll ? [] : ["ok: \(names) (`--all` shows the facts)"]
    let unused = reports.count > 1 ? reports.filter { !$0.isInUse }.map(\.target.name.printable) + idle : []
    let place = unused.isEmpty ? [] : ["no virtual service: \(unused.enumeration(atMost: DoctorText.mostNames))"]
    return (ok + place + hints).flatMap {
      Paragraph($0).lines(after: "", 0, margin: Paragraph.narrowMargin, width: style.width)
    }
  }
}

extension DoctorText {
  private static let severityWidth = Severity.allCases.map(\.rawValue.count).max() ?? 0

  /// The findings to print: problems first, then notes, then checks that were not possible, then ok.
  private var shown: [Entry] {
    entries.filter { $0.finding.severity == .problem }
      + entries.filter { $0.finding.severity == .note && !$0.finding.isUnchecked }
      + entries.filter(\.finding.isUnchecked) + (showsAll ? entries.filter { $0.finding.severity == .ok } : [])
  }

  /// The fact, what follows from it, and what to do.
  private func lines(_ entry: Entry) -> [String] {
    let finding = entry.finding
    let severity = finding.severity.rawValue.filled(to: DoctorText.severityWidth)
    let check = finding.check.rawValue.filled(to: shown.map(\.finding.check.rawValue.count).max() ?? 0)
    let startWidth = severity.count + check.count + 4
    // On a narrow terminal the texts begin further left.
    let margin = style.width >= 2 * startWidth + 20 ? startWidth : Paragraph.narrowMargin
    let start = "\(style.text(severity, finding.severity.emphasis))  \(check)  "
    let fact = Paragraph(place(of: entry) + finding.fact).lines(
      after: start, startWidth, margin: margin, width: style.width)
    func labelled(_ label: String, _ text: Paragraph) -> [String] {
      text.lines(
        after: String(repeating: " ", count: margin) + label, margin + label.count, margin: margin + label.count,
        width: style.width)
    }
    return fact + (finding.consequence.map { labelled("so: ", Paragraph($0)) } ?? [])
      + fixes(of: entry).flatMap { fix in
        switch fix {
        case .command(let command): labelled("fix: ", Paragraph(command: command))
        case .advice(let sentence): labelled("fix: ", Paragraph(sentence))
        }
      }
  }

  /// The namespaces of a finding, before its fact; nothing where they are clear.
  private func place(of entry: Entry) -> String {
    guard showsNames, reports.count > 1 else { return "" }
    return "\(entry.reports.map(\.target.name.printable).enumeration(atMost: DoctorText.mostNames)): "
  }

  /// What to do, in all namespaces of a finding.
  private func fixes(of entry: Entry) -> [Fix] {
    let fixes = entry.fixes.unique
    guard fixes.count > 1 else { return fixes }
    if let command = entry.commonCommand { return [.command(command)] }
    let rest = fixes.count - DoctorText.mostFixes
    guard rest > 0 else { return fixes }
    return fixes.prefix(DoctorText.mostFixes)
      + [.advice("the same in \(rest.counted("more network namespace")): `ipvs-timeout doctor --format json`")]
  }
}

/// The same finding in one or more namespaces.
private struct Entry {
  let finding: Finding
  var reports: [DoctorReport]
  var fixes: [Fix]

  /// The findings of all reports; findings that differ only in their fix are one.
  static func all(in reports: [DoctorReport]) -> [Entry] {
    var entries: [Entry] = []
    var positions: [String: Int] = [:]
    for report in reports {
      for finding in report.findings {
        let fixes = finding.fix.map { [$0] } ?? []
        // No text has this character.
        let key =
          "\(finding.check.rawValue)\0\(finding.severity.rawValue)\0\(finding.fact)\0\(finding.consequence ?? "")"
        if let position = positions[key] {
          entries[position].reports.append(report)
          entries[position].fixes += fixes
        } else {
          positions[key] = entries.count
          entries.append(Entry(finding: finding, reports: [report], fixes: fixes))
        }
      }
    }
    return entries
  }

  /// One command for all namespaces; `nil` where their commands differ in more than the option that names the namespace.
  var commonCommand: String? {
    guard fixes.count == reports.count else { return nil }
    let commands = zip(fixes, reports).map { fix, report -> Substring? in
      guard case .command(let command) = fix, !report.option.isEmpty, command.hasSuffix(report.option) else {
        return nil
      }
      return command.dropLast(report.option.count)
    }
    guard let first = commands.first, let start = first, commands.allSatisfy({ $0 == start }) else { return nil }
    return start + reports.map(\.option).joined()
  }
}

extension Severity {
  fileprivate var emphasis: OutputStyle.Emphasis? {
    switch self {
    case .ok: nil
    case .note: .yellow
    case .problem: .red
    }
  }
}

extension Array where Element: Equatable {
  /// Each element once, where it came first.
  fileprivate var unique: [Element] {
    reduce(into: []) { known, element in if !known.contains(element) { known.append(element) } }
  }
}

extension [String] {
  /// The first words as in a sentence, and how many more there are.
  fileprivate func enumeration(atMost count: Int) -> String {
    let rest = self.count - count
    // To count one takes as much room as to name it.
    return rest > 1 ? (prefix(count) + ["\(rest) more"]).enumeration : enumeration
  }
}

extension String {
  fileprivate func filled(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}

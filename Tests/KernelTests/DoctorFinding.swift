// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What `ipvs-timeout doctor` has found, as its JSON output has it.
struct DoctorFinding: Equatable {
  let severity: String
  let check: String
  let fact: String
  var consequence: String?
  var fix: String?

  init(_ severity: String, _ check: String, _ fact: String, so consequence: String? = nil, fix: String? = nil) {
    self.severity = severity
    self.check = check
    self.fact = fact
    self.consequence = consequence
    self.fix = fix
  }

  /// The findings in the JSON output, for each network namespace.
  static func all(in text: String) throws -> [[DoctorFinding]] {
    try text.split(separator: "\n").map { line in
      try JSONDecoder().decode(Report.self, from: Data(line.utf8)).findings.map(DoctorFinding.init)
    }
  }

  private struct Report: Decodable {
    let findings: [Item]

    struct Item: Decodable {
      let check: String
      let severity: String
      let fact: String
      let consequence: String?
      let fix: String?
    }
  }

  private init(_ item: Report.Item) {
    self.init(item.severity, item.check, item.fact, so: item.consequence, fix: item.fix)
  }
}

extension Namespace {
  /// The findings of `doctor` about the first namespace, which is this one unless another is named.
  ///
  /// A problem has to be in the exit status, too.
  func doctor(_ arguments: String..., about check: String? = nil) async throws -> [DoctorFinding] {
    try await doctor(arguments, about: check)
  }

  /// See above.
  func doctor(_ arguments: [String], about check: String? = nil) async throws -> [DoctorFinding] {
    let outcome = try await run([Guest.program, "doctor", "--format", "json"] + arguments)
    let all = try #require(try? DoctorFinding.all(in: outcome.stdout), "\(outcome)")
    #expect(outcome.stderr.isEmpty, "\(outcome)")
    #expect(outcome.status == (all.joined().contains { $0.severity == "problem" } ? 1 : 0), "\(outcome)")
    return (all.first ?? []).filter { check == nil || $0.check == check }
  }

  /// The only finding of a check here.
  func finding(about check: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> DoctorFinding {
    let findings = try await doctor(about: check)
    try #require(findings.count == 1, "\(findings)", sourceLocation: sourceLocation)
    return findings[0]
  }

  /// Runs the command of a fix, as people do who copy it: all of it, or its last part between backticks.
  func fix(_ finding: DoctorFinding?) async throws {
    let fix = try #require(finding?.fix, "\(String(describing: finding)) has no fix")
    let parts = fix.split(separator: "`", omittingEmptySubsequences: false)
    let command = parts.count < 3 ? fix : String(parts[parts.count - 2 - (1 - parts.count % 2)])
    let script = #"ipvs-timeout() { "$0" "$@"; }"# + "\n" + command
    try await Guest.output(entering + ["bash", "-c", script, Guest.program])
  }
}

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

  /// All that are in the JSON output, whatever the network namespaces.
  static func all(in text: String) throws -> [DoctorFinding] {
    try text.split(separator: "\n").flatMap { line in
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
  /// What `doctor` says here, where nothing fails, about one thing or all.
  ///
  /// That there is a problem has to be in the exit status, too.
  func doctor(_ arguments: String..., about check: String? = nil) async throws -> [DoctorFinding] {
    try await doctor(arguments, about: check)
  }

  /// See above.
  func doctor(_ arguments: [String], about check: String? = nil) async throws -> [DoctorFinding] {
    let outcome = try await run([Guest.program, "doctor", "--format", "json"] + arguments)
    let findings = try DoctorFinding.all(in: outcome.stdout)
    #expect(outcome.stderr.isEmpty, "\(outcome)")
    #expect(outcome.status == (findings.contains { $0.severity == "problem" } ? 1 : 0), "\(outcome)")
    return findings.filter { check == nil || $0.check == check }
  }

  /// The only thing that `doctor` says about something here.
  func finding(about check: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> DoctorFinding {
    let findings = try await doctor(about: check)
    try #require(findings.count == 1, "\(findings)", sourceLocation: sourceLocation)
    return findings[0]
  }

  /// Runs the command that `doctor` names as the fix, as people do who copy it.
  func fix(_ finding: DoctorFinding?) async throws {
    let command = try #require(finding?.fix, "\(String(describing: finding)) has no fix")
    let script = #"ipvs-timeout() { "$0" "$@"; }"# + "\n" + command
    try await Guest.output(entering + ["bash", "-c", script, Guest.program])
  }
}

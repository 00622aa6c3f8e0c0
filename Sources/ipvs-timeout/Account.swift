// SPDX-License-Identifier: Apache-2.0

/// What there is to say of a trial, which is said when all is over: who reads it may be slow, or not read at all, and
/// nothing that is to be put back can wait for that.
struct Account {
  private var lines: [String] = []
  private var reports: [Report] = []
  /// How the worst of it failed.
  private(set) var status = ExitStatus.success

  /// Something that is no failure.
  mutating func note(_ sentence: String) {
    lines.append("ipvs-timeout: \(sentence)")
  }

  /// Something that failed, and what to do, if the failure does not say it.
  mutating func note(_ failure: Failure, _ advice: String? = nil) {
    if let message = failure.message { lines.append(message + (advice.map { "; \($0)" } ?? "")) }
    status = status.worse(failure.status)
  }

  /// A result.
  mutating func add(_ report: Report) {
    reports.append(report)
  }

  /// Says all of it.
  ///
  /// - Returns: How writing the results failed.
  func tell(_ output: Invocation.Output) -> ExitStatus {
    if !lines.isEmpty { StandardStreams.report(lines.joined(separator: "\n")) }
    do throws(Failure) {
      try output.print(reports)
      return .success
    } catch {
      if let message = error.message { StandardStreams.report(message) }
      return error.status
    }
  }
}

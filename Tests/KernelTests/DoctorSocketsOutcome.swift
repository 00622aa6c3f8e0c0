// SPDX-License-Identifier: Apache-2.0

import Testing

extension Namespace {
  /// Sets a setting of the kernel's in it.
  func sets(_ assignment: String) async throws {
    try await Guest.output(entering + ["sysctl", "-qw", assignment])
  }
}

extension Outcome {
  /// The cells of a service in the table.
  func row(_ service: String) throws -> [String] {
    let line = try #require(stdout.split(separator: "\n").first { $0.hasPrefix("\(service) ") }, "\(stdout)")
    return line.split(separator: " ").map(String.init)
  }

  /// The lines of a finding, without their margins and line breaks.
  func finding(_ check: String) throws -> [String] {
    var lines: [String] = []
    var isWanted = false
    for line in stdout.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ")
      if ["ok", "note", "problem"].contains(words.first) {
        isWanted = words.dropFirst().first.map(String.init) == check
      }
      if words.isEmpty { isWanted = false }
      guard isWanted else { continue }
      let text = words.joined(separator: " ")
      if line.hasPrefix(" "), let last = lines.last, !["so:", "fix:"].contains(words.first) {
        lines[lines.count - 1] = "\(last) \(text)"
      } else {
        lines.append(text)
      }
    }
    return try #require(lines.isEmpty ? nil : lines, "\(stdout)")
  }
}

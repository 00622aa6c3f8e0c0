// SPDX-License-Identifier: Apache-2.0

import Testing

extension Namespace {
  /// Expects these timeouts, and no trial to be left to restore.
  func expectEnd(_ timeouts: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    expect(try await self.timeouts(), equals: timeouts, sourceLocation: sourceLocation)
    expect(
      try await Guest.output(["ls", "/run/ipvs-timeout"]), equals: "lock\n", sourceLocation: sourceLocation)
  }
}

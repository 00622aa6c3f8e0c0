// SPDX-License-Identifier: Apache-2.0

import Directors
import SystemPackage
import Testing

@testable import ipvs_timeout

/// The lines of a policy whose paths are not known.
@Suite struct UnseenNamespacesTests {
  @Test func `lines that were not tried are reported as such, in one sentence after the failures`() throws {
    let text = (1...5).map { "/x\($0)/* 1 2 3\n" }.joined()
    let policy = try PolicyFile(parsing: Array(text.utf8), path: "/p")
    let reasons: [Errno] = [.canceled, .timedOut, .canceled, .fileTooLarge, .canceled]
    let unread = zip(policy.lines, reasons).map { UnreadPolicyLine(path: "/p", line: $0, reason: $1) }
    let failures = UnseenNamespaces(unread: unread).failures
    #expect(
      failures.map { $0.message ?? "" } == [
        #"ipvs-timeout: /p:2: cannot look up "/x2/*" (the files did not answer within 5 s); write fewer wildcards, or check the mounts"#
          + " (`findmnt`)",
        #"ipvs-timeout: /p:4: cannot look up "/x4/*" (there are more than 10000 files); write fewer wildcards"#,
        #"ipvs-timeout: /p:1: "/x1/*" was not tried: other lines took the 5 s for all of them (and 2 more lines); write fewer wildcards,"#
          + " or check the mounts (`findmnt`)",
      ])
    #expect(failures.map(\.status) == [.timedOut, .refused, .timedOut])
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import SystemPackage
import Testing

@testable import ipvs_timeout

/// Policies that are not applied.
@Suite struct PolicyFailureTests {
  private static let path: FilePath = "/etc/p\u{1B}.conf"

  @Test(
    arguments: [
      (.refused(.noSuchFileOrDirectory), 78), (.refused(.permissionDenied), 77), (.refused(.notPermitted), 77),
      (.refused(.ioError), 78), (.refused(.tooManySymbolicLinkLevels), 78), (.notRegular, 78),
      (.writableByOthers, 78), (.tooLarge, 78),
    ] as [(PolicyObstacle, Int32)])
  func `of a file that cannot be read is its sentence`(obstacle: PolicyObstacle, status: Int32) {
    let error = PolicyError.unreadable(Self.path, obstacle)
    let failure = Failure(error, in: Self.path)
    #expect(failure.message == "ipvs-timeout: \(error.description)")
    #expect(failure.message?.contains("\n") == false)
    #expect(failure.status.rawValue == status)
  }

  @Test func `of one error reports it, and that nothing was changed`() throws {
    #expect(
      try failure("host x - -")
        == Failure(
          sentences: [
            #"/etc/p\u{1B}.conf:1:6: "x""# + UsageErrorTests.rule,
            #"nothing was changed, because /etc/p\u{1B}.conf has an error"#,
          ], .badPolicy))
  }

  @Test func `of several errors reports each on its own line, and their number`() throws {
    let failure = try failure("host 1 - -\nhost x - -\n./a 1 - -\n")
    #expect(failure.status.rawValue == 78)
    #expect(
      failure.message == """
        ipvs-timeout: /etc/p\\u{1B}.conf:2:6: "x"\(UsageErrorTests.rule)
        ipvs-timeout: /etc/p\\u{1B}.conf:3:1: "./a" is not a namespace; write host, a name without /, or a path that \
        begins with /
        ipvs-timeout: nothing was changed, because /etc/p\\u{1B}.conf has 2 errors
        """)
  }

  private func failure(_ text: String) throws -> Failure {
    let error = try #require(throws: PolicyError.self) {
      try PolicyFile(parsing: Array(text.utf8), path: Self.path)
    }
    return Failure(error, in: Self.path)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The texts themselves are pinned by `Tests/Golden/session.txt` and by the manual page.
@Suite struct HelpTests {
  private static let commands = [
    "show", "set", "verify", "try", "with", "rollback", "apply", "check-policy", "connections", "doctor",
  ]

  /// What the session in the lab shows for a command line.
  private func golden(_ command: String) throws -> String {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Golden/session.txt")
    let session = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(session.range(of: "\n$ ipvs-timeout \(command)\n"))
    let rest = session[start.upperBound...]
    return String(rest[..<(rest.range(of: "\n$ ")?.lowerBound ?? rest.index(before: rest.endIndex))]) + "\n"
  }

  @Test(arguments: [["--help"], ["-h"], ["help"], ["--help", "-L", "--timeout"], ["-h", "--set", "60", "30", "60"]])
  func `is asked of this program, not of ipvsadm`(arguments: [String]) async throws {
    #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: golden("--help")))
  }

  @Test(arguments: commands)
  func `is the same however it is asked for`(command: String) async throws {
    let text = try golden("help \(command)")
    for arguments in [["help", command], [command, "--help"], [command, "-h"]] {
      #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: text))
    }
  }

  @Test(arguments: [["set", "60", "30", "60", "-h"], ["try", "60", "30", "60", "--help"]])
  func `may stand behind values`(arguments: [String]) async throws {
    #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: golden("help \(arguments[0])")))
  }

  @Test(arguments: commands.map { "help \($0)" } + ["--help"])
  func `fits a terminal, but for the lines of usage`(command: String) throws {
    for line in try golden(command).split(separator: "\n") where !line.hasPrefix("USAGE: ") {
      #expect(line.count <= 80)
    }
  }

  @Test func `has a text for each command`() async throws {
    let root = try golden("--help")
    for command in Self.commands { #expect(root.contains("\n  \(command) ")) }
  }
}

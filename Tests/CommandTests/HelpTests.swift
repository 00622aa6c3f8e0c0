// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The texts themselves are pinned by `Tests/Golden/session.txt` and by the manual page.
@Suite struct HelpTests {
  private static let commands = [
    "show", "verify", "connections", "doctor", "set", "renew", "try", "with", "rollback", "apply", "check-policy",
  ]

  /// The help that the program prints for a command line.
  private func help(_ arguments: String...) async throws -> String {
    let ending = try await BuiltProgram.run(nil, arguments)
    try #require(ending.status == 0 && ending.errors.isEmpty)
    return ending.output
  }

  @Test(arguments: [["-h"], ["help"], ["--help", "-L", "--timeout"], ["-h", "--set", "60", "30", "60"]])
  func `is this program's, not ipvsadm's`(arguments: [String]) async throws {
    #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: help("--help")))
  }

  @Test(arguments: ["60", "120"])
  func `follows the width that the environment asks for`(columns: String) async throws {
    let ending = try await BuiltProgram.run(script: "COLUMNS=\(columns) exec \"$0\" --help")
    let longest = try #require(ending.output.split(separator: "\n").map(\.count).max())
    let usual = try await help("--help")
    #expect(longest <= Int(columns) ?? 0 && ending.output != usual)
    #expect(ending.output.split(whereSeparator: \.isWhitespace) == usual.split(whereSeparator: \.isWhitespace))
  }

  @Test func `follows the width of the terminal`() async throws {
    let script = #"""
      exec script --quiet --return --command "stty cols 60 && exec '$0' --help" /dev/null
      """#
    let ending = try await BuiltProgram.run(script: script)
    #expect(
      ending.output.split(whereSeparator: \.isNewline).allSatisfy { $0.count <= 60 } && ending.output.contains("USAGE"))
  }

  @Test(arguments: commands)
  func `is the same after the command as before it`(command: String) async throws {
    let text = try await help("help", command)
    for arguments in [[command, "--help"], [command, "-h"]] {
      #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: text))
    }
  }

  @Test(arguments: [["set", "60", "30", "60", "-h"], ["try", "60", "30", "60", "--help"]])
  func `may come after values`(arguments: [String]) async throws {
    #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: help("help", arguments[0])))
  }

  @Test(arguments: commands.map { ["help", $0] } + [["--help"]])
  func `fits 80 columns`(arguments: [String]) async throws {
    let ending = try await BuiltProgram.run(nil, arguments)
    #expect(ending.output.split(separator: "\n").filter { $0.count > 80 } == [])
  }

  @Test(arguments: commands)
  func `has a usage, two examples and groups of options`(command: String) async throws {
    let text = try await help("help", command)
    #expect(text.contains("\nUSAGE: ipvs-timeout \(command)"))
    let examples = try #require(text.firstRange(of: "\nExamples:\n")).upperBound
    let lines = text[examples...].split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    #expect(lines.count >= 2 && lines.allSatisfy { $0.hasPrefix("  ipvs-timeout ") && $0.contains(" \(command)") })
    #expect(text.contains("\nOUTPUT:\n  --format <format> "))
  }

  /// The command's own options come first.
  @Test(
    arguments: [
      ("show", "WHERE OUTPUT BACKEND OPTIONS"),
      ("verify", "TIMEOUTS POLICY WHERE OUTPUT BACKEND OPTIONS"),
      ("connections", "CONNECTIONS WHERE OUTPUT BACKEND OPTIONS"),
      ("doctor", "CHECKS POLICY WHERE OUTPUT BACKEND OPTIONS"),
      ("set", "TIMEOUTS CHANGE RENEWAL WHERE OUTPUT BACKEND OPTIONS"),
      ("try", "TIMEOUTS TRIAL RENEWAL WHERE OUTPUT BACKEND OPTIONS"),
      ("with", "TIMEOUTS TRIAL RENEWAL WHERE OUTPUT BACKEND OPTIONS"),
      ("renew", "CONNECTIONS RENEWAL WHERE OUTPUT OPTIONS"),
      ("rollback", "TRIAL OUTPUT OPTIONS"),
      ("apply", "POLICY CHANGE RENEWAL WHERE OUTPUT BACKEND OPTIONS"),
      ("check-policy", "POLICY WHERE OUTPUT OPTIONS"),
    ])
  func `lists options in groups`(command: String, groups: String) async throws {
    let lines = try await help("help", command).split(separator: "\n")
    let titles = lines.filter { $0.hasSuffix(":") && $0.dropLast().allSatisfy(\.isUppercase) }
    #expect(titles.map { $0.dropLast() }.joined(separator: " ") == groups)
  }

  @Test func `lists each command in a group`() async throws {
    let root = try await help("--help")
    let start = try #require(root.firstRange(of: "INSPECTION SUBCOMMANDS:\n")).lowerBound
    let words = root[start...].split(separator: "\n").compactMap { line in
      line.hasPrefix("   ") || line.hasPrefix("  See") ? nil : line.split(separator: " ").first.map(String.init)
    }
    #expect(
      words
        == ["INSPECTION", "show", "verify", "connections", "doctor"]
        + ["CHANGE", "set", "renew", "try", "with", "rollback"] + ["POLICY", "apply", "check-policy"])
    #expect(root.contains("man ipvs-timeout"))
    #expect(root.contains("docs/README.md"))
  }
}

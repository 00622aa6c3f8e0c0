// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// Command lines about network namespaces and policies that are not understood.
@Suite struct NamespaceUsageErrorTests {
  private static let help = "; run `ipvs-timeout --help`"
  private static let both = "name namespaces by --netns or take --all-netns, not both" + help
  private static let noName = #"--netns takes a name, a path or the number of a process, not """# + help

  @Test(arguments: [["show"], ["set", "60", "30", "60"], ["verify", "--udp", "5"], ["verify"], ["apply"], []])
  func `of a command that reaches namespaces`(command: [String]) throws {
    try expect(command + ["--netns", "a", "--all-netns"], Self.both)
    try expect(command + ["--all-netns", "--in-use", "--netns", "a"], Self.both)
    try expect(command + ["--netns", ""], Self.noName)
    try expect(command + ["--netns", "a", "--netns", ""], Self.noName)
    try expect(command + ["--netns"], "Missing value for '--netns <name|path|pid>'" + Self.help)
    try expect(command + ["--netns="], "Missing value for '--netns <name|path|pid>'" + Self.help)
    try expect(
      command + ["--all-netns=1"],
      "The option '--all-netns' does not take any value, but '1' was specified" + Self.help)
  }

  @Test func `of check-policy`() throws {
    try expect(["check-policy", "--netns", "a", "--all-netns"], Self.both)
    try expect(["check-policy", "--netns", ""], Self.noName)
    try expect(["check-policy", "--backend", "netlink"], "Unknown option '--backend'" + Self.help)
    try expect(["check-policy", "a", "b"], "Unexpected argument 'b'" + Self.help)
    for format in ["rules", "prometheus"] {
      try expect(
        ["check-policy", "--format", format],
        "The value '\(format)' is invalid for '--format <format>'. Please provide one of 'text' and 'json'" + Self.help)
    }
  }

  @Test(arguments: ["0", "1e3", "2h", "1h1s", "3601", "", "default", "2 ", "1.5", "0x10", "99999999999999999999"])
  func `of a time to settle`(time: String) throws {
    try expect(
      ["apply", "--settle", time], #"--settle takes a time from 1 s to 1 h (5, 5s, 1m), not "\#(time)""#)
  }

  @Test func `of a time to settle that is not printable`() throws {
    try expect(
      ["apply", "--settle", "\u{1B}"], #"--settle takes a time from 1 s to 1 h (5, 5s, 1m), not "\u{1B}""#)
  }

  @Test(arguments: [["--netns", "a"], ["--in-use"], ["--netns", "host", "--in-use"], ["--all-netns", "--in-use"]])
  func `of a choice of namespaces that does not settle`(choice: [String]) throws {
    try expect(
      ["apply", "--settle", "2"] + choice,
      "--settle waits for new namespaces, so it goes neither with --netns nor with --in-use")
  }

  @Test(arguments: [["set", "60", "30", "60"], ["verify", "60", "30", "60"], ["verify"], ["apply"]])
  func `of rules that are not of show`(command: [String]) throws {
    try expect(
      command + ["--format", "rules"],
      "The value 'rules' is invalid for '--format <format>'. Please provide one of 'text', 'json' or 'prometheus'"
        + Self.help)
  }

  @Test(arguments: [["--netns", "a", "--netns", "b"], ["--all-netns"], ["--in-use"]])
  func `of rules for several namespaces`(choice: [String]) throws {
    try expect(
      ["show", "--format", "rules"] + choice,
      "--format rules is for one network namespace: `ipvsadm -R` is run in one")
  }

  @Test(arguments: [["60", "30", "60"], ["--tcp", "5"], ["-", "-", "-"], ["60"]])
  func `of values and a policy together`(values: [String]) throws {
    try expect(
      ["verify", "--policy", "p"] + values, "compare either with values or with --policy, not with both")
  }

  @Test(
    arguments: [
      (["--netns", "x", "apply"], "the command comes first: ipvs-timeout apply …"),
      (["--all-netns", "verify"], "the command comes first: ipvs-timeout verify …"),
      (["--quiet", "check-policy", "p"], "the command comes first: ipvs-timeout check-policy …"),
      (["apply", "a", "b"], "Unexpected argument 'b'" + help),
      (["apply", "--settle"], "Missing value for '--settle <time>'" + help),
      (["verify", "--policy"], "Missing value for '--policy <file>'" + help),
      (["show", "--settle", "2"], "Unknown option '--settle'" + help),
      (["set", "1", "2", "3", "--policy", "p"], "Unknown option '--policy'" + help),
      (["verify", "--dry-run"], "Unknown option '--dry-run'" + help),
      (["verify", "--changed-only"], "Unknown option '--changed-only'" + help),
    ] as [([String], String)])
  func `of other words`(arguments: [String], sentence: String) throws {
    try expect(arguments, sentence)
  }

  private func expect(_ arguments: [String], _ sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure == Failure.usage(sentence), "\(arguments)")
    #expect(failure.status.rawValue == 64)
  }
}

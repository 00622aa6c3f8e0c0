// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// Command lines about network namespaces and policies that are not understood.
@Suite struct NamespaceUsageErrorTests {
  private static let both = "use either --netns or --all-netns, not both"
  private static let noName = #"--netns needs a name, a path or a process ID, not """#

  @Test(arguments: [["show"], ["set", "60", "30", "60"], ["verify", "--udp", "5"], ["verify"], ["apply"], []])
  func `of a command that reaches namespaces`(command: [String]) throws {
    let help = command.first.map { "; run `ipvs-timeout help \($0)`" } ?? "; run `ipvs-timeout --help`"
    try expect(command + ["--netns", "a", "--all-netns"], Self.both + help)
    try expect(command + ["--all-netns", "--in-use", "--netns", "a"], Self.both + help)
    try expect(command + ["--netns", ""], Self.noName + help)
    try expect(command + ["--netns", "a", "--netns", ""], Self.noName + help)
    try expect(command + ["--netns"], "Missing value for '--netns <name|path|pid>'" + help)
    try expect(command + ["--netns="], "Missing value for '--netns <name|path|pid>'" + help)
    try expect(
      command + ["--all-netns=1"],
      "The option '--all-netns' does not take any value, but '1' was specified" + help)
  }

  @Test func `of check-policy`() throws {
    let help = "; run `ipvs-timeout help check-policy`"
    try expect(["check-policy", "--netns", "a", "--all-netns"], Self.both + help)
    try expect(["check-policy", "--netns", ""], Self.noName + help)
    try expect(
      ["check-policy", "--backend", "netlink"],
      "check-policy has no option --backend;"
        + " it is an option of show, verify, connections, doctor, set, try, with and apply")
    try expect(["check-policy", "a", "b"], "check-policy does not accept 'b'" + help)
    for format in ["rules", "prometheus"] {
      try expect(
        ["check-policy", "--format", format],
        "The value '\(format)' is invalid for '--format <format>'. Please provide one of 'text' and 'json'" + help)
    }
  }

  @Test(arguments: ["0", "1e3", "2h", "1h1s", "3601", "", "default", "2 ", "1.5", "0x10", "99999999999999999999"])
  func `of a time to settle`(time: String) throws {
    try expect(
      ["apply", "--settle", time], #"--settle accepts a time from 1 s to 1 h (5, 5s, 1m), not "\#(time)""#)
  }

  @Test func `of a time to settle that is not printable`() throws {
    try expect(
      ["apply", "--settle", "\u{1B}"], #"--settle accepts a time from 1 s to 1 h (5, 5s, 1m), not "\u{1B}""#)
  }

  @Test(arguments: [["--netns", "a"], ["--in-use"], ["--netns", "host", "--in-use"], ["--all-netns", "--in-use"]])
  func `of a choice of namespaces that does not settle`(choice: [String]) throws {
    try expect(
      ["apply", "--settle", "2"] + choice,
      "--settle looks for new namespaces, so use it without --netns and --in-use")
  }

  @Test(arguments: [["set", "60", "30", "60"], ["verify", "60", "30", "60"], ["verify"], ["apply"]])
  func `of rules that are not of show`(command: [String]) throws {
    try expect(
      command + ["--format", "rules"],
      "The value 'rules' is invalid for '--format <format>'. Please provide one of 'text', 'json' or 'prometheus'"
        + "; run `ipvs-timeout help \(command[0])`")
  }

  @Test(arguments: [["--netns", "a", "--netns", "b"], ["--all-netns"], ["--in-use"]])
  func `of rules for several namespaces`(choice: [String]) throws {
    try expect(
      ["show", "--format", "rules"] + choice,
      "--format rules is for one network namespace, because `ipvsadm -R` runs in one")
  }

  @Test(arguments: [["60", "30", "60"], ["--tcp", "5"], ["-", "-", "-"], ["60"]])
  func `of values and a policy together`(values: [String]) throws {
    try expect(["verify", "--policy", "p"] + values, "use either values or --policy, not both")
  }

  @Test(arguments: ["apply", "check-policy"])
  func `of a policy file that is named twice`(command: String) throws {
    for arguments in [["a", "--policy", "b"], ["--policy=a", "a"]] {
      try expect(
        [command] + arguments,
        "name the policy file once, as an argument or with --policy; run `ipvs-timeout help \(command)`")
    }
  }

  @Test(
    arguments: [
      ("--netns x apply", "the command comes before its options; write `ipvs-timeout apply …`"),
      ("--all-netns verify", "the command comes before its options; write `ipvs-timeout verify …`"),
      ("--quiet check-policy p", "the command comes before its options; write `ipvs-timeout check-policy …`"),
      ("apply --settle", "Missing value for '--settle <time>'; run `ipvs-timeout help apply`"),
      ("verify --policy", "Missing value for '--policy <file>'; run `ipvs-timeout help verify`"),
      ("apply --policy", "Missing value for '--policy <file>'; run `ipvs-timeout help apply`"),
      ("show --settle 2", "show has no option --settle; it is an option of apply"),
      (
        "set 1 2 3 --policy p",
        "set has no option --policy; it is an option of verify, doctor, apply and check-policy"
      ),
      ("verify --dry-run", "verify has no option --dry-run; it is an option of set, renew, try, with and apply"),
      ("verify --changed-only", "verify has no option --changed-only; it is an option of apply"),
    ] as [(String, String)])
  func `of other words`(line: String, sentence: String) throws {
    try expect(line.split(separator: " ").map(String.init), sentence)
  }

  private func expect(_ arguments: [String], _ sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure == Failure.usage(sentence), "\(arguments)")
    #expect(failure.status.rawValue == 64)
  }
}

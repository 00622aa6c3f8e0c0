// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// Command lines that are not understood: one sentence on standard error, and status 64.
@Suite struct UsageErrorTests {
  static let rule =
    " is not a timeout; write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d), from 1 s to 31 days (2678400 s),"
    + " default, or - or 0 to keep it"

  private static func notTimeout(_ text: String) -> String { "\"\(text)\"\(rule)" }

  /// Lines with wrong values, and the sentences about them.
  private static let values: [(String, String)] = [
    // Values that are not timeouts.
    ("set 60 30 x", notTimeout("x")),
    ("set 1e3 30 60", notTimeout("1e3")),
    ("set 2678401 30 60", #""2678401" is not a timeout, because it is longer than 31 days; write 31d or less"#),
    ("set -1 30 60", notTimeout("-1")),
    ("set 60 30 -60", notTimeout("-60")),
    ("set --tcp -5", notTimeout("-5")),
    ("set --tcp=-5", notTimeout("-5")),
    ("set -- -5 5 5", notTimeout("-5")),
    ("set defaults", threeValues("set", 1)),
    ("verify --tcpfin 1h30", notTimeout("1h30")),
    // Negative numbers where no timeout is expected.
    ("-1", "show has no option -1; run `ipvs-timeout --help`"),
    ("show -1", "show has no option -1; run `ipvs-timeout help show`"),
    ("show --netns -1", "Missing value for '--netns <name|path|pid>'; run `ipvs-timeout help show`"),
    ("apply --settle -5", "Missing value for '--settle <time>'; run `ipvs-timeout help apply`"),
    ("check-policy -5", "check-policy has no option -5; run `ipvs-timeout help check-policy`"),
    // Too few or too many values.
    ("set", threeValues("set", 0)),
    ("set 60", threeValues("set", 1)),
    ("set 60 30", threeValues("set", 2)),
    ("verify 60 30", threeValues("verify", 2)),
    ("set 1 2 3 4", threeValues("set", 4)),
    ("set --dry-run", threeValues("set", 0)),
    ("set default default", threeValues("set", 2)),
    ("set 60 30 60 --tcp 60", bothForms),
    ("verify 60 --tcp 60", bothForms),
    ("set default --udp 5", bothForms),
    ("verify - 0 -", "there is nothing to compare; name at least one timeout"),
  ]

  /// Lines with wrong options, and the sentences about them.
  private static let options: [(String, String)] = [
    // Values of options.
    ("show --ipvsadm ipvsadm", #"--ipvsadm needs an absolute path, not "ipvsadm"; run `ipvs-timeout help show`"#),
    ("show --ipvsadm=", "Missing value for '--ipvsadm <path>'; run `ipvs-timeout help show`"),
    ("show --ipvsadm", "Missing value for '--ipvsadm <path>'; run `ipvs-timeout help show`"),
    ("set --tcp", "Missing value for '--tcp <time>'; run `ipvs-timeout help set`"),
    (
      "--format xml",
      "The value 'xml' is invalid for '--format <format>'. Please provide one of 'text', 'json', 'prometheus' or"
        + " 'rules'; run `ipvs-timeout --help`"
    ),
    (
      "verify --format rules",
      "The value 'rules' is invalid for '--format <format>'. Please provide one of 'text', 'json' or 'prometheus';"
        + " run `ipvs-timeout help verify`"
    ),
    (
      "show --backend socket",
      "The value 'socket' is invalid for '--backend <backend>'. Please provide one of 'auto', 'netlink',"
        + " 'sockopt' or 'ipvsadm'; run `ipvs-timeout help show`"
    ),
    (
      "show --quiet=1",
      "The option '--quiet' does not take any value, but '1' was specified; run `ipvs-timeout help show`"
    ),
    // Options that the command does not have: the nearest one, or the commands that have it.
    ("set --form json", "set has no option --form; did you mean --format?"),
    ("set --netn blue", "set has no option --netn; did you mean --netns?"),
    ("set 1 2 3 --all", "set has no option --all; did you mean --all-netns?"),
    ("set 1 2 3 --dryrun", "set has no option --dryrun; did you mean --dry-run?"),
    ("show --dry-run", "show has no option --dry-run; it is an option of set, renew, try, with and apply"),
    ("show --policy p", "show has no option --policy; it is an option of verify, doctor, apply and check-policy"),
    ("connections --within 5m", "connections has no option --within; it is an option of try"),
    ("show --set", "show has no option --set; run `ipvs-timeout help show`"),
    ("show --bogus", "show has no option --bogus; run `ipvs-timeout help show`"),
    ("--bogus", "show has no option --bogus; run `ipvs-timeout --help`"),
    ("--quie", "show has no option --quie; did you mean --quiet?"),
    (
      "--tcp 60",
      "--tcp is an option of verify, set, try and with; write the command before it: `ipvs-timeout COMMAND --tcp …`"
    ),
  ]

  /// Lines with wrong words, and the sentences about them.
  private static let words: [(String, String)] = [
    // Commands that there are not, and commands in the wrong place.
    ("verfiy 60 30 60", #"there is no command "verfiy"; did you mean verify?"#),
    ("verfiy --help", #"there is no command "verfiy"; did you mean verify?"#),
    ("help verfiy", #"there is no command "verfiy"; did you mean verify?"#),
    ("conn", #"there is no command "conn"; did you mean connections?"#),
    ("check_policy", #"there is no command "check_policy"; did you mean check-policy?"#),
    ("hlep", #"there is no command "hlep"; did you mean help?"#),
    ("bogus", #"there is no command "bogus"; run `ipvs-timeout help` for the commands"#),
    ("get", #"there is no command "get"; run `ipvs-timeout help` for the commands"#),
    ("two\nlines", #"there is no command "two\nlines"; run `ipvs-timeout help` for the commands"#),
    ("\u{1B}[31m", #"there is no command "\u{1B}[31m"; run `ipvs-timeout help` for the commands"#),
    ("60", #"there is no command "60"; run `ipvs-timeout help` for the commands"#),
    ("60 30 60", "a command is missing before the timeouts; did you mean `ipvs-timeout set 60 30 60`?"),
    ("- - 5s", "a command is missing before the timeouts; did you mean `ipvs-timeout set - - 5s`?"),
    ("--quiet set 60 30 60", "the command comes before its options; write `ipvs-timeout set …`"),
    ("--format json show", "the command comes before its options; write `ipvs-timeout show …`"),
    // Words that the command does not accept.
    ("show 60", "show does not accept '60'; run `ipvs-timeout help show`"),
    ("show 60 30 60", "show does not accept '60', '30', '60'; run `ipvs-timeout help show`"),
    ("apply a b", "apply does not accept 'b'; run `ipvs-timeout help apply`"),
    ("--quiet bogus", "show does not accept 'bogus'; run `ipvs-timeout --help`"),
  ]

  @Test(arguments: values + options + words)
  func `the whole sentence`(line: String, sentence: String) throws {
    try expect(line.split(separator: " ").map(String.init), sentence)
  }

  @Test(
    arguments: [
      ([""], #"there is no command ""; run `ipvs-timeout help` for the commands"#),
      (["set", "60", "", "60"], notTimeout("")),
      (["set", "--udp", ""], notTimeout("")),
      (["set", "--udp", "\u{1B}[2J"], notTimeout(#"\u{1B}[2J"#)),
      (["verify", "60", "30", "5 "], #""5 " is not a timeout; write 5"#),
      (["show", "--ipvsadm", ""], #"--ipvsadm needs an absolute path, not ""; run `ipvs-timeout help show`"#),
      (
        ["show", "--ipvsadm", "\u{202E}x"],
        #"--ipvsadm needs an absolute path, not "\u{202E}x"; run `ipvs-timeout help show`"#
      ),
      (["show", "two\nlines"], #"show does not accept 'two\nlines'; run `ipvs-timeout help show`"#),
    ] as [([String], String)])
  func `words that are empty or not printable`(arguments: [String], sentence: String) throws {
    try expect(arguments, sentence)
  }

  /// The parser and the search for the nearest word would take minutes.
  @Test(
    arguments: [
      ([], 1), (["show"], 2), (["help"], 2), (["set", "1", "2"], 4), (["show", "--netns"], 3), (["show", "--"], 3),
      (["with", "1", "2", "3"], 5),
    ] as [([String], Int)])
  func `a word that is longer than a path`(words: [String], position: Int) throws {
    for beginning in ["", "--"] {
      try expect(
        words + [beginning + String(repeating: "a", count: 300_000)],
        "word \(position) of the command line has \(300_000 + beginning.count) bytes, and at most 4096 are accepted; write a"
          + " shorter one")
    }
  }

  @Test func `a word of another program's command may be long`() throws {
    let word = String(repeating: "a", count: 100_000)
    guard case .trial(let request) = try Invocation(["with", "1", "2", "3", "--", "true", word]),
      case .running(let words) = request.work
    else {
      Issue.record("it is no trial")
      return
    }
    #expect(words == ["true", word])
  }

  private static let bothForms = "use either three values or --tcp, --tcpfin and --udp, not both"

  static func threeValues(_ command: String, _ count: Int) -> String {
    "\(command) needs three values, tcp tcpfin udp, not \(count); write `ipvs-timeout \(command) 60 30 60`,"
      + " with - for a value to keep, or use --tcp, --tcpfin, --udp"
  }

  private func expect(_ arguments: [String], _ sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure.message == "ipvs-timeout: " + sentence)
    #expect(failure.status.rawValue == 64)
  }

  /// In ipvsadm's own forms, the statuses are ipvsadm's, and so are the messages that ipvsadm has.
  @Test(
    arguments: [
      (["--set", "60", "30", "x"], "invalid timeout value `x' specified", 2),
      (["--set", "60", "30"], "--set option requires 3 timeout values", 2),
      (["--set", "60", "30", "60", "90"], "unexpected argument 90", 2),
      (
        ["-C"],
        #"ipvs-timeout: "-C" is an operation of ipvsadm that does not concern the timeouts; use ipvsadm for it"#,
        2
      ),
      (
        ["-L"],
        #"ipvs-timeout: -L alone lists services; use ipvsadm for that, or -L --timeout for the timeouts"#,
        2
      ),
      (
        ["-L", "--timeout", "-c"],
        #"ipvs-timeout: the option "-c" does not go with --set or -L --timeout;"#
          + " use ipvsadm for other operations",
        2
      ),
      (
        ["--set", "-1", "0", "0"],
        #"ipvs-timeout: --set and -L --timeout have no option "-1" (options are not abbreviated);"#
          + " run `ipvs-timeout --help`",
        255
      ),
    ] as [([String], String, Int32)])
  func `ipvsadm's forms fail as ipvsadm does`(arguments: [String], message: String, status: Int32) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure.message == message)
    #expect(failure.status.rawValue == status)
  }
}

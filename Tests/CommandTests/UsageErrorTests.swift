// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// Command lines that are not understood: one line on standard error, the whole text of it, and the status 64.
@Suite struct UsageErrorTests {
  static let rule =
    " is not a timeout; write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d), from 1 s to 31 days (2678400 s),"
    + " default, or - or 0 to keep it"

  @Test(
    arguments: [
      // Values that are no timeouts.
      (["set", "60", "30", "x"], #""x""# + rule),
      (["set", "60", "", "60"], #""""# + rule),
      (["set", "1e3", "30", "60"], #""1e3""# + rule),
      (
        ["set", "2678401", "30", "60"],
        #""2678401" is not a timeout, because it is longer than 31 days; write 31d or less"#
      ),
      (["set", "-1", "30", "60"], #""-1""# + rule),
      (["set", "60", "30", "-60"], #""-60""# + rule),
      (["set", "--tcp", "-5"], #""-5""# + rule),
      (["set", "--tcp=-5"], #""-5""# + rule),
      (["set", "--", "-5", "5", "5"], #""-5""# + rule),
      (["-1"], "Unknown option '-1'; run `ipvs-timeout --help`"),
      // Where no timeout is expected, it is not said to be none.
      (["show", "-1"], "Unknown option '-1'; run `ipvs-timeout --help`"),
      (["show", "--netns", "-1"], "Missing value for '--netns <name|path|pid>'; run `ipvs-timeout --help`"),
      (["apply", "--settle", "-5"], "Missing value for '--settle <time>'; run `ipvs-timeout --help`"),
      (["check-policy", "-5"], "Unknown option '-5'; run `ipvs-timeout --help`"),
      (["verify", "-", "0", "-"], "there is nothing to compare: name at least one timeout"),
      (["--quiet", "set", "60", "30", "60"], "the command comes first: ipvs-timeout set …"),
      (["--format", "json", "show"], "the command comes first: ipvs-timeout show …"),
      (["set", "--udp", ""], #""""# + rule),
      (["set", "--udp", "\u{1B}[2J"], #""\u{1B}[2J""# + rule),
      (["verify", "60", "30", "5 "], #""5 " is not a timeout; write 5"#),
      (["verify", "--tcpfin", "1h30"], #""1h30""# + rule),
      // Too few or too many of them.
      (["set"], "three values are needed, tcp tcpfin udp, not 0; or name some with --tcp, --tcpfin, --udp"),
      (["set", "60"], "three values are needed, tcp tcpfin udp, not 1; or name some with --tcp, --tcpfin, --udp"),
      (
        ["verify", "60", "30"],
        "three values are needed, tcp tcpfin udp, not 2; or name some with --tcp, --tcpfin, --udp"
      ),
      (
        ["set", "1", "2", "3", "4"],
        "three values are needed, tcp tcpfin udp, not 4; or name some with --tcp, --tcpfin, --udp"
      ),
      (
        ["set", "--dry-run"],
        "three values are needed, tcp tcpfin udp, not 0; or name some with --tcp, --tcpfin, --udp"
      ),
      (
        ["set", "60", "30", "60", "--tcp", "60"],
        "name the timeouts either by --tcp, --tcpfin and --udp or by three values, not both"
      ),
      (
        ["verify", "60", "--tcp", "60"],
        "name the timeouts either by --tcp, --tcpfin and --udp or by three values, not both"
      ),
      // Options.
      (
        ["show", "--ipvsadm", "ipvsadm"], #"--ipvsadm takes an absolute path, not "ipvsadm"; run `ipvs-timeout --help`"#
      ),
      (["show", "--ipvsadm="], "Missing value for '--ipvsadm <path>'; run `ipvs-timeout --help`"),
      (["show", "--ipvsadm", ""], #"--ipvsadm takes an absolute path, not ""; run `ipvs-timeout --help`"#),
      (
        ["show", "--ipvsadm", "\u{202E}x"],
        #"--ipvsadm takes an absolute path, not "\u{202E}x"; run `ipvs-timeout --help`"#
      ),
      (["show", "--ipvsadm"], "Missing value for '--ipvsadm <path>'; run `ipvs-timeout --help`"),
      (["set", "--tcp"], "Missing value for '--tcp <time>'; run `ipvs-timeout --help`"),
      (
        ["--format", "xml"],
        "The value 'xml' is invalid for '--format <format>'. Please provide one of 'text', 'json', 'prometheus' or"
          + " 'rules'; run `ipvs-timeout --help`"
      ),
      (
        ["show", "--backend", "socket"],
        "The value 'socket' is invalid for '--backend <backend>'. Please provide one of 'auto', 'netlink' or"
          + " 'ipvsadm'; run `ipvs-timeout --help`"
      ),
      (
        ["show", "--quiet=1"],
        "The option '--quiet' does not take any value, but '1' was specified; run `ipvs-timeout --help`"
      ),
      (["show", "--dry-run"], "Unknown option '--dry-run'; run `ipvs-timeout --help`"),
      (["--bogus"], "Unknown option '--bogus'; run `ipvs-timeout --help`"),
      (["set", "--form", "json"], "Unknown option '--form'. Did you mean '--format'?; run `ipvs-timeout --help`"),
      // Words.
      (["bogus"], "Unexpected argument 'bogus'; run `ipvs-timeout --help`"),
      ([""], "Unexpected argument ''; run `ipvs-timeout --help`"),
      (["show", "60"], "Unexpected argument '60'; run `ipvs-timeout --help`"),
      (["60", "30", "60"], "3 unexpected arguments: '60', '30', '60'; run `ipvs-timeout --help`"),
      (["two\nlines"], #"Unexpected argument 'two\nlines'; run `ipvs-timeout --help`"#),
      (["\u{1B}[31m"], #"Unexpected argument '\u{1B}[31m'; run `ipvs-timeout --help`"#),
    ])
  func `is told`(arguments: [String], sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure.message == "ipvs-timeout: " + sentence)
    #expect(failure.status.rawValue == 64)
  }

  /// In ipvsadm's own forms the messages are ipvsadm's where it has one, and so are the statuses.
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
  func `is told as ipvsadm does`(arguments: [String], message: String, status: Int32) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure.message == message)
    #expect(failure.status.rawValue == status)
  }
}

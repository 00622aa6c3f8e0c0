// SPDX-License-Identifier: Apache-2.0

extension IpvsadmVector {
  /// Command lines about the timeouts, valid and invalid.
  static let all: [IpvsadmVector] = plain.map(IpvsadmVector.init(words:)) + values.map { IpvsadmVector($0) } + odd

  /// Command lines without blanks and without empty arguments.
  private static let plain = [
    // Arguments in the usual order, and in any order.
    "--set 60 30 60", "60 --set 30 60", "60 30 --set 60", "60 30 60 --set", "--set 0 0 0", "--set 0 0 30",
    "--set 1 1 1", "--set 2678400 2678400 2678400", "-L --timeout", "-l --timeout", "--list --timeout",
    // The end of the options.
    "--set -- 60 30 60", "--set 60 -- 30 60", "--set 60 30 60 --", "--set -- 60 30 60 --", "--set -- -1 30 60",
    "--set -- 60 30", "--set -- 60 30 --sort", "--set 60 30 60 -- --sort", "-L --timeout --", "-L -- --timeout",
    "-L --timeout -- x", "-L --timeout -- --", "-L --timeout -- -n",
    // The number of values.
    "--set", "--set 60", "--set 60 30", "--set 60 30 60 60", "--set 60 30 60 60 60", "--set x", "--set x y",
    "--set x y z", "--set 60 30 60 x", "--set x 30 60 x", "-L --timeout 60", "-L 60 --timeout", "60 -L --timeout",
    "-L --timeout 60 30 60", "-L --timeout -", "--set - - -", "--set 60 - 60", "--set 60 30 60 -",
    // Signs, ranges, and texts that are not decimal numbers.
    "--set +60 +30 +60", "--set -0 30 60", "--set -60 30 60", "--set 60 -30 60", "--set 60 30 -60", "--set -1 0 0",
    "--set 60 30 2678401", "--set 60 2678401 60", "--set 2678401 30 60", "--set 60 30 4294967296",
    "--set 60 30 4294967356", "--set 60 30 2147483648", "--set 60 30 9223372036854775807",
    "--set 60 30 9223372036854775808", "--set 60 30 18446744073709551676", "--set 60 30 100000000000000000000000000",
    "--set 0060 000030 0000000000000000000000000060", "--set 60 30 0x10", "--set 60 30 1e3", "--set 60 30 1.0",
    "--set 60 30 60s", "--set 60 30 1m", "--set 60 30 default", "--set 60 30 6_0", "--set 60 30 1,000",
    "--set 60 30 +", "--set 60 30 ++1", "--set 60 30 +-1", "--set 60 30 +0", "--set 60 30 nan", "--set 60 30 0b1",
    "--set 60 30 ٣", "--set 60 30 ６０", "--set 60 30 6\u{301}", "--set 60 30 '60'", "--set 60 30 \"60\"",
    "--set 60 30 6$0", "--set 60,30,60", "--set 60:30:60", "--set 60/30/60", "--set=60 30 60", "--set= 60 30 60",
    "--set=60,30,60",
    // Options that -L --timeout accepts.
    "-L --timeout -n", "-L -n --timeout", "-Ln --timeout", "-ln --timeout", "-LX --timeout", "-LnX --timeout",
    "-LXn --timeout", "-L --timeout --numeric", "-L --timeout --exact", "-L --timeout -X", "-L --timeout --sort",
    "-L --timeout --nosort", "-L --timeout --sort --nosort", "-L --timeout --sort --sort", "-L --timeout --tun-info",
    "-L --timeout --syncid 5", "-L --timeout --syncid=5", "-L --syncid 255 --timeout", "-L --timeout --syncid 0",
    "-L --timeout -n -X --sort --nosort --tun-info --syncid 7", "-LnX --nosort --tun-info --syncid=7 --timeout",
    "-L --timeout --syncid +5", "-L --timeout --syncid 007",
    // The same options with --set, which accepts only --sort.
    "--set 60 30 60 --sort", "--set --sort 60 30 60 --sort", "--set 60 30 60 -n", "--set -n 60 30 60",
    "--set 60 30 60 --numeric", "--set 60 30 60 -X", "--set 60 30 60 --exact", "--set 60 30 60 --nosort",
    "--set 60 30 60 --tun-info", "--set 60 30 60 --syncid 5", "--set 60 30 60 --timeout", "--set --timeout 60 30 60",
    "--set --syncid 60 30 60",
    // --syncid with a wrong number, or without one.
    "-L --timeout --syncid", "-L --timeout --syncid=", "-L --timeout --syncid 256", "-L --timeout --syncid -1",
    "-L --timeout --syncid x", "-L --syncid --timeout", "-L --timeout --syncid 5 5", "-L --timeout --syncid --",
    // Options that occur twice.
    "-L --timeout --timeout", "-L --timeout -n -n", "-Lnn --timeout", "-L --timeout -n --numeric",
    "-L --timeout -X --exact", "-L --timeout --nosort --nosort", "-L --timeout --tun-info --tun-info",
    "-L --timeout --syncid 5 --syncid 5", "-L -L --timeout", "-LL --timeout", "-Ll --timeout", "-L --list --timeout",
    "--set --set 60 30 60", "--set 60 30 60 --set", "--set -L 60 30 60", "-L --set --timeout",
    "-L --timeout --set 60 30 60",
    "--set 60 30 60 -L --timeout", "--set -C 60 30 60", "--set 60 30 60 --clear", "-L --timeout -C", "-LC --timeout",
    "-L --timeout -h", "-L --timeout --help", "--set 60 30 60 -h", "-L --timeout -v", "-L --timeout -Z",
    "-LZ --timeout",
    "-L --timeout -S", "-L --timeout -R", "-L --timeout -A", "-L --timeout --start-daemon master",
    "-L --timeout --stop-daemon=backup", "--set 60 30 60 --start-daemon", "-L --timeout --stop-daemon",
    // Options that belong to other operations.
    "-L --timeout -c", "-Lc --timeout", "-Lnc --timeout", "-L --timeout --connection", "-L --timeout --daemon",
    "-L --timeout --stats", "-L --timeout --rate", "-L --timeout --thresholds", "-L --timeout --persistent-conn",
    "-L --timeout -t 192.0.2.1:80", "-L --timeout -t10.0.0.1:80", "-L --timeout --tcp-service=192.0.2.1:80",
    "-L --timeout -u 192.0.2.1:80", "-L --timeout --sctp-service 192.0.2.1:80", "-L --timeout -f 5",
    "-L --timeout -f 5 -6", "-L --timeout -6", "-L --timeout -s rr", "-L --timeout -srr", "-L --timeout -s=rr",
    "-L --timeout -p", "-L -p --timeout", "-L --timeout -p 60", "-L --timeout -p60", "-L --timeout --persistent",
    "-L --timeout --persistent=60", "-L --timeout -p x", "-L -p - --timeout", "-L --timeout -M 255.255.255.0",
    "-L --timeout -r 192.0.2.2:80", "-L --timeout -m", "-L --timeout -i", "-L --timeout -g", "-Lmig --timeout",
    "-L --timeout -w 5", "-L --timeout -x 5", "-L --timeout -y 5", "-L --timeout -o", "-L --timeout --ops",
    "-L --timeout --pe sip", "-L --timeout -b sh-port", "-L --timeout --mcast-interface eth0",
    "-L --timeout --mcast-group 224.0.0.81", "-L --timeout --mcast-port 8848", "-L --timeout --mcast-ttl 1",
    "-L --timeout --sync-maxlen 1000", "-L --timeout --tun-type ipip", "-L --timeout --tun-port 6080",
    "-L --timeout --tun-nocsum", "-L --timeout --tun-csum", "-L --timeout --tun-remcsum", "-L --timeout --ipv6",
    "--set 60 30 60 -c", "--set -c 60 30 60", "--set 60 30 60 --daemon", "--set 60 30 60 --stats",
    "--set 60 30 60 -t 192.0.2.1:80", "--set -t 60 30 60", "--set 60 30 60 -s rr", "--set -s 60 30 60",
    "--set -s 60 30 60 60", "--set 60 30 60 -p", "--set -p 60 30 60", "--set -p 60 30 60 60", "--set 60 30 60 -w 5",
    "--set 60 30 60 --tun-port=6080", "--set x 30 60 -c", "--set 60 30 -c", "--set 60 30 60 60 -c",
    "-L --timeout -c x",
    // Options that need an argument, without it; options that have none, with one.
    "-L --timeout -t", "-L --timeout --tcp-service", "-L --timeout -s", "-L --timeout --tun-port", "--set 60 30 60 -w",
    "--set 60 30 60 -s", "--set 60 30 60 --pe", "-L --timeout=5", "-L --timeout=", "-L= --timeout", "-L=x --timeout",
    "--list=x --timeout", "--list= --timeout", "-L --timeout --numeric=1", "-L --timeout -n=1", "-Ln=1 --timeout",
    "-L --timeout --stats=1", "-L --timeout --sort=1", "-L --timeout -c=1", "--set 60 30 60 --sort=",
    "-L --timeout --numeric --numeric=1", "-L --timeout --timeout=5", "--set 60 30 60 --list=x", "--set 60 30 60 -L=",
    "-L --timeout --clear=1", "-L --timeout -C=",
    // Unknown, abbreviated and misspelt options.
    "--se 60 30 60", "--s 60 30 60", "--lis --timeout", "--l --timeout", "-L --timeou", "-L --time", "-L --t",
    "-L --timeout --num", "-L --timeout --nosor", "-L --timeout --bogus", "--set 60 30 60 --bogus",
    "--set --bogus 60 30",
    "-L --timeout -q", "-Lq --timeout", "-qL --timeout", "--set 60 30 60 -q", "--set -5 60 30", "-L --timeout -5",
    "-set 60 30 60", "-list --timeout", "-L -timeout", "--List --timeout", "-L --Timeout",
    "-L ---timeout", "-L --timeout --=", "-L --timeout --=x", "-L --timeout -=", "-L --timeout ---",
    "-L- --timeout", "-L-- --timeout", "-L --timeout --no-numeric",
    "-L --timeout --nonumeric", "-L --timeout --?", "-L --timeout -?", "-L --timeout --usage",
    // Operations that must come first, and do not.
    "--timeout -L", "-n -L --timeout", "-nL --timeout", "--sort -L --timeout", "-c --set 60 30 60",
    "--bogus -L --timeout", "-q --set 60 30 60", "-s rr --set 60 30 60", "--syncid 5 -L --timeout",
    "--sort --set 60 30 60", "-p --set 60 30 60", "-1 --set 30 60",
    // Two errors: the first one counts.
    "-L --timeout --bogus -n -n", "-L --timeout -n -n --bogus", "--set 60 x --bogus", "--set --bogus x 30 60",
    "--set 60 30 60 -c --bogus", "-L --timeout -c --bogus", "-L --timeout -c -c --bogus", "-L --timeout -6 --bogus",
    "--set 60 30 -C --bogus", "-L --timeout -L --bogus", "-L --timeout --syncid x --bogus", "--set 60 30 60 60 --bogus",
  ]

  /// Command lines with blanks, line ends, empty arguments and quotes.
  private static let values = [
    ["--set", " 60", "30", "60"], ["--set", "60 ", "30", "60"], ["--set", "\t60", "\n30", "\r60"],
    ["--set", "\u{0B}60", "\u{0C}30", " \t\n\u{0B}\u{0C}\r+60"], ["--set", "60", "30", "60\n"],
    ["--set", "60", "30", "6\n0"], ["--set", "60\r\n", "30", "60"], ["--set", "\r\n60", "30", "60"],
    ["--set", " ", "30", "60"], ["--set", "", "30", "60"], ["--set", "60", "", "60"], ["--set", "60", "30", ""],
    ["--set", "", "", ""], ["--set", "60", "30", "60", ""], ["--set", "60", "30", "60", " "],
    ["", "--set", "60", "30", "60"], ["-L", "--timeout", ""], ["-L", "", "--timeout"], ["", "-L", "--timeout"],
    ["-L", "--timeout", " "], ["-L", "--timeout", " --bogus"], ["--set", " -0", "30", "60"],
    ["--set", " -1", "30", "60"],
    ["--set", "- 1", "30", "60"], ["--set", "+ 1", "30", "60"], ["--set", "6 0", "30", "60"],
    ["--set", "\u{A0}60", "30", "60"], ["--set", "\u{2003}60", "30", "60"], ["--set", "\u{85}60", "30", "60"],
    ["--set", "60", "30", "\u{1B}[31m60"], ["--set", "60", "30", "it's"], ["--set", "60", "30", "60", "a\nb"],
    ["--set", "60", "30", "%s%n"], ["--set", "60", "30", "60", "%s%n"], ["-L", "--timeout", "--syncid", ""],
    ["-L", "--timeout", "--syncid", " 5"], ["-L", "--timeout", "--syncid", "5 "], ["-L", "--timeout", "-s", ""],
    ["-L", "--timeout", "-p", ""], ["-L", "--timeout", "- "], ["-L", "--timeout", "-\n"], ["-L", "--timeout\n"],
    ["-L", " --timeout"], ["-L --timeout"],
    ["--set", "60 30 60"], ["-L", "--timeout", "--bo\ngus"], ["-L", "--timeout", "-\u{301}"],
    ["--set", "60", "30", "60", "-\u{301}"], ["--set", "60", "30", "-\u{301}"], ["-L", "--timeout", "--\u{301}"],
    ["-L", "--timeout", "--sort\u{301}"], ["-L", "--timeout=\u{301}"], ["-L", "--timeout", "-\u{200D}n"],
    ["-L", "--timeout", "--syncid", "5\u{301}"], ["-L\u{301}", "--timeout"], ["-L", "--timeout", "-n\u{301}"],
  ]

  /// Command lines that are not UTF-8, or very long.
  private static let odd = [
    IpvsadmVector(bytes: [Array("--set".utf8), Array("60".utf8), Array("30".utf8), [0xFF]]),
    IpvsadmVector(bytes: [Array("--set".utf8), Array("60".utf8), Array("30".utf8), Array("60".utf8), [0xC3, 0x28]]),
    IpvsadmVector(bytes: [Array("--set".utf8), [0xE2, 0x82], Array("30".utf8), Array("60".utf8)]),
    IpvsadmVector(bytes: [Array("-L".utf8), Array("--timeout".utf8), Array("--b".utf8) + [0xFE]]),
    IpvsadmVector(bytes: [Array("-L".utf8), Array("--timeout".utf8), [UInt8(ascii: "-"), 0xFE]]),
    IpvsadmVector(["--set", "60", "30", String(repeating: "0", count: 5000) + "60"]),
    IpvsadmVector(["--set", "60", "30", String(repeating: "9", count: 5000)]),
    IpvsadmVector(["--set", "60", "30", String(repeating: " ", count: 5000) + "60"]),
    IpvsadmVector(["--set"] + Array(repeating: "60", count: 500)),
    IpvsadmVector(["-L", "--timeout"] + Array(repeating: "--sort", count: 500)),
    IpvsadmVector(["-L", "--timeout", "-" + String(repeating: "n", count: 5000)]),
  ]

  /// Command lines without an operation.
  ///
  /// They are not in ipvsadm's language, so this program prints its own errors.
  static let neither = [
    ["--SET", "60", "30", "60"], ["---set", "60", "30", "60"], ["--set-", "60", "30", "60"], ["--set60", "30", "60"],
    ["--set ", "60", "30", "60"], ["--set 60 30 60"], ["--timeout-L"], ["--", "--set", "60", "30", "60"],
    ["60", "30", "60"],
    ["--", "-L", "--timeout"], ["--bogus"], ["-q"], [""], ["-"], ["\u{301}"],
  ].map { IpvsadmVector($0) }

  /// Operations on other things than timeouts.
  ///
  /// Each would have an effect.
  static let others = [
    "-C", "--clear", "-A -t 198.51.100.9:99", "-A -t 198.51.100.9:99 -s rr -p 60", "-E -t 192.0.2.1:80 -s lc",
    "-D -t 192.0.2.1:80", "-a -t 192.0.2.1:80 -r 192.0.2.3:80 -m", "-e -t 192.0.2.1:80 -r 192.0.2.2:80 -m -w 9",
    "-d -t 192.0.2.1:80 -r 192.0.2.2:80", "-L", "-l", "-Ln", "--list", "-Lnc", "-L --daemon", "-L --stats", "-L --rate",
    "-L -t 192.0.2.1:80", "-L -n --exact", "-Z", "--zero -t 192.0.2.1:80", "-S", "-Sn", "--save", "-R", "--restore",
    "-v",
    "--start-daemon master --mcast-interface lo", "--start-daemon=backup", "--stop-daemon master", "-C --set 60 30 60",
    "-C -L --timeout", "-A -t 198.51.100.9:99 --timeout", "-v --set 60 30 60", "--start-daemon --set 60 30 60",
  ]
}

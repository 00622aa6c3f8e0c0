// SPDX-License-Identifier: Apache-2.0

/// The arguments of keepalived that decide which configuration it reads, as getopt_long(3) reads them.
struct KeepalivedArguments {
  /// The configuration file, or a pattern of several; `nil` for the usual one.
  private(set) var path: String?
  /// The name that lines beginning with `@` are compared with; `nil` for the host name.
  private(set) var configID: String?
  /// Whether it manages virtual services at all.
  private(set) var isChecking = true
  /// Whether it does so even where there are none.
  private(set) var isForced = false
  /// Whether it stays in the directory where it was started; otherwise it goes to `/` after its first reading.
  private(set) var staysInDirectory = false

  /// The letters with a value, and the letters that may have one directly after them.
  private static let valued: Set<Character> = ["S", "f", "p", "i", "s", "u", "r", "c", "b", "A"]
  private static let optional: Set<Character> = ["M", "g", "t"]

  /// The long options, with their letters.
  private static let long: [String: Character] = [
    "use-file": "f", "vrrp": "P", "check": "C", "no_bfd": "B", "all": "\u{3}", "log-console": "l", "log-detail": "D",
    "log-facility": "S", "log-file": "g", "all-config": "e", "flush-log-file": "\u{2}", "no-syslog": "G", "umask": "u",
    "release-vips": "X", "dont-release-vrrp": "V", "dont-release-ipvs": "I", "dont-respawn": "R", "dont-fork": "n",
    "dump-conf": "d", "pid": "p", "vrrp_pid": "r", "genhash": "T", "checkers_pid": "c", "address-monitoring": "a",
    "bfd_pid": "b", "snmp": "x", "snmp-agent-socket": "A", "core-dump": "m", "core-dump-pattern": "M",
    "no-mem-check": "\u{7}", "mem-check-log": "L", "namespace": "s", "config-id": "i", "signum": "S",
    "config-test": "t", "config-fd": "S", "perf": "t", "debug": "t", "version": "v", "help": "h",
  ]

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return }
      if argument.hasPrefix("--") {
        takeLong(argument.dropFirst(2), &rest)
      } else if argument.hasPrefix("-") {
        takeLetters(argument.dropFirst(), &rest)
      }
    }
  }

  /// Reads a long option, which may be abbreviated.
  private mutating func takeLong(_ option: Substring, _ rest: inout ArraySlice<String>) {
    let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let possible = KeepalivedArguments.long.filter { $0.key.hasPrefix(name) }
    guard let letter = KeepalivedArguments.long[name] ?? (possible.count == 1 ? possible.first?.value : nil) else {
      return
    }
    let isValued = KeepalivedArguments.valued.contains(letter)
    take(letter, parts.count > 1 ? String(parts[1]) : isValued ? rest.popFirst() : nil)
  }

  /// Reads joined letters, and for the last one perhaps the next argument.
  private mutating func takeLetters(_ letters: Substring, _ rest: inout ArraySlice<String>) {
    for (index, letter) in zip(letters.indices, letters) {
      let joined = letters[letters.index(after: index)...]
      if KeepalivedArguments.valued.contains(letter) {
        return take(letter, joined.isEmpty ? rest.popFirst() : String(joined))
      }
      take(letter, nil)
      if KeepalivedArguments.optional.contains(letter) { return }
    }
  }

  private mutating func take(_ letter: Character, _ value: String?) {
    switch letter {
    case "f": path = value
    case "i": configID = value
    case "P": isChecking = false
    case "\u{3}": (isChecking, isForced) = (true, true)
    case "n", "t": staysInDirectory = true
    default: break
    }
  }
}

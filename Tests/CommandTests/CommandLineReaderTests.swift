// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Testing

@testable import ipvs_timeout

/// The command lines that are read without the argument parser: they mean the same to it.
@Suite struct CommandLineReaderTests {
  @Test(arguments: [
    "show --format json", "show --format=rules", "show --netns blue --quiet",
    "show --netns=/run/netns/blue --format rules",
    "show --all-netns --format prometheus", "show --in-use", "show --in-use --netns host",
    "show --backend netlink", "show --backend=ipvsadm --ipvsadm /opt/ipvsadm",
    "set 60 30 60 --dry-run", "set --udp 60", "set --tcp=15m --tcpfin - --udp default", "set default",
    "set - 1h30m 0 --netns 12 --format json", "set --quiet 1 2 3",
    "verify", "verify 60 30 60", "verify --udp 60 --quiet", "verify --policy new.conf --netns blue", "verify default",
    "apply", "apply new.conf --changed-only", "apply --policy=new.conf --dry-run --format json", "apply --all-netns",
    "connections", "connections --outdated --format json", "connections --all-netns --quiet",
    "doctor", "doctor --all --policy new.conf", "doctor --sockets --format json", "doctor --netns blue",
  ])
  func `is read as the argument parser reads it`(_ line: String) throws {
    let words = line.split(separator: " ").map { String($0) }
    #expect(try CommandLines.read(words) == Invocation(words))
  }

  @Test(arguments: [
    "show json", "show --format", "show --format xml", "show --format=", "show --forma json", "show --quiet=1",
    "show --quiet --quiet", "show --netns a --netns b", "show --netns a --all-netns", "show --all-netns --format rules",
    "show --tcp 5", "show --backend x", "show --ipvsadm ipvsadm", "show -h", "show --help", "show --", "show -q",
    "show --netns -x", "--format json",
    "set", "set 60", "set 60 30", "set 60 30 60 60", "set 60 30 60 --udp 5", "set default --udp 5", "set --udp -5",
    "set --udp 0x5", "set --udp --quiet", "set 60 30 60 --format rules", "set 60 30 60 --renew", "set x 30 60",
    "verify - - -", "verify --udp 0", "verify 60 30 60 --policy x", "verify --policy",
    "apply a b", "apply a --policy b", "apply --settle 5s", "apply --format rules",
    "connections x", "connections --wait", "connections --outdated --format prometheus", "connections --state SYN_RECV",
    "doctor --format prometheus", "doctor --sockets --backend netlink", "doctor --sockets --policy x",
    "renew", "try 60 30 60", "rollback", "check-policy", "help show",
  ])
  func `is left to the argument parser`(_ line: String) {
    #expect(CommandLines.read(line.split(separator: " ").map { String($0) }) == nil)
  }

  @Test(arguments: [
    ["show", ""], ["show", "--netns", String(repeating: "a", count: 4097)], ["show", "--netns", ""],
    ["show", "--netns", "a b"], ["show", "--netns", "\u{e4}"],
  ])
  func `text that is not plain is left to the argument parser`(_ words: [String]) {
    #expect(CommandLines.read(words) == nil)
  }

  /// Reads command lines, from words that fit together more or less.
  ///
  /// Where the reader has an answer, the argument parser must have the same one. The parser is slow, so there are a
  /// thousand of them, or 100 000 with `ALL_COMMAND_LINES=1`.
  @Test func `any command line is read as the argument parser reads it`() throws {
    var generator = CommandLines(seed: 16)
    let count = getenv("ALL_COMMAND_LINES") == nil ? 1000 : 100_000
    var (read, refused) = (0, 0)
    for _ in 0..<count {
      let words = generator.next()
      guard let invocation = CommandLines.read(words) else {
        refused += 1
        continue
      }
      read += 1
      let parsed = Result { try Invocation(words) }
      guard case .success(invocation) = parsed else {
        Issue.record("\(words): \(invocation), but \(parsed)")
        return
      }
    }
    #expect(read > count / 10 && refused > count / 10, "\(read) read, \(refused) refused")
  }

  /// The reader has room for this many.
  @Test func `the table has sixteen options`() {
    #expect(TableOption.allCases.count == 16)
  }

  @Test(arguments: TableCommand.allCases)
  func `each command has the options of the table`(_ command: TableCommand) throws {
    let type = try #require(RootCommand.command(named: "\(command.text)"))
    let help = RootCommand.helpMessage(for: type, columns: 200)
    for option in TableOption.allCases {
      let line = help.split(separator: "\n").first { line in
        line.split(whereSeparator: { " ,".contains($0) }).first.map { String($0) } == "\(option.text)"
      }
      #expect((line != nil) == command.has(option), "\(option)")
      if let line { #expect(line.contains("\(option.text) <") == option.hasValue, "\(line)") }
    }
  }
}

/// A seeded sequence of command lines.
private struct CommandLines {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  private static let values = [
    "60", "0", "-", "default", "15m", "1h30m", "2678400", "2678401", "x", "60 ", "", "-5", "json", "text", "prometheus",
    "rules", "blue", "host", "/run/netns/blue", "12", "pid 12", "netlink", "sockopt", "auto", "ipvsadm", "/opt/ipvsadm",
    "a.conf",
  ]

  private mutating func number(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }

  private mutating func element(_ words: [String]) -> String { words[number(below: words.count)] }

  /// A value that mostly fits an option.
  private mutating func value(for option: TableOption) -> String {
    guard number(below: 10) > 0 else { return element(CommandLines.values) }
    return switch option {
    case .format: element(["text", "json", "prometheus", "rules"])
    case .netns: element(["blue", "host", "/run/netns/blue", "12"])
    case .backend: element(["auto", "netlink", "sockopt", "ipvsadm"])
    case .ipvsadm: "/opt/ipvsadm"
    case .policy: "a.conf"
    default: element(["60", "0", "-", "default", "15m", "2d"])
    }
  }

  /// The next command line: a command, and options and values that it mostly has.
  mutating func next() -> [String] {
    let command = TableCommand.allCases[number(below: TableCommand.allCases.count)]
    var words = number(below: 50) == 0 ? [] : ["\(command.text)"]
    let options = TableOption.allCases.filter { command.has($0) }
    for _ in 0..<number(below: 5) {
      let option =
        number(below: 20) == 0 ? TableOption.allCases[number(below: 16)] : options[number(below: options.count)]
      let name = "\(option.text)"
      switch (option.hasValue != (number(below: 40) == 0), number(below: 3)) {
      case (true, 0): words.append("\(name)=\(value(for: option))")
      case (true, _): words += [name, value(for: option)]
      case (false, _): words.append(number(below: 60) == 0 ? String(name.dropLast()) : name)
      }
    }
    let count = command.valueLimit == 3 ? [0, 1, 3, 3, 3, 4][number(below: 6)] : number(below: 8) == 0 ? 1 : 0
    let values = (0..<count).map { _ in
      number(below: 30) == 0
        ? element(CommandLines.values) : element(count == 1 ? ["default", "a.conf"] : ["60", "-", "5m", "0"])
    }
    words.insert(contentsOf: values, at: number(below: 3) == 0 ? words.count : min(1, words.count))
    return words
  }

  /// The command line as the reader reads it, from words as the kernel passes them.
  static func read(_ words: [String]) -> Invocation? {
    var pointers = (["ipvs-timeout"] + words).map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    let count = CInt(words.count + 1)
    return pointers.withUnsafeMutableBufferPointer { pointers in
      pointers.baseAddress.flatMap { CommandLineReader(PlainArguments(count: count, values: $0))?.invocation }
    }
  }
}

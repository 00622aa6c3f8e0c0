// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS
internal import Ipvsadm

/// The arguments after the program's name as the kernel passed them, compared without making strings of them.
struct PlainArguments {
  private let values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  let count: Int

  /// The arguments of a C `main`.
  init(count: CInt, values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    self.values = values + 1
    self.count = max(0, Int(count) - 1)
  }

  /// The arguments as strings, with U+FFFD for bytes that are not UTF-8.
  var strings: [String] {
    (0..<count).compactMap { index in values[index].map { String(cString: $0) } }
  }

  /// The argument at an index.
  subscript(_ index: Int) -> UnsafePointer<CChar>? { values[index].map { UnsafePointer($0) } }

  /// Whether the argument at this index is this text.
  func matches(_ index: Int, _ text: StaticString) -> Bool {
    guard let value = values[index] else { return false }
    return strcmp(value, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
  }

  /// Three arguments in a row as timeouts, if each is whole seconds or 0; `nil` for anything else.
  func timeouts(from index: Int) -> Timeouts? {
    guard let tcp = number(index), let tcpFin = number(index + 1), let udp = number(index + 2) else { return nil }
    return Timeouts(tcp: Timeout(seconds: tcp), tcpFin: Timeout(seconds: tcpFin), udp: Timeout(seconds: udp))
  }

  /// The argument as a number, if it is 0 or a timeout without leading zeros.
  private func number(_ index: Int) -> Int? {
    guard var next = values[index], next.pointee != 0 else { return nil }
    if next.pointee == CChar(48), next[1] != 0 { return nil }
    var number = 0
    while next.pointee != 0 {
      guard CChar(48)...CChar(57) ~= next.pointee else { return nil }
      number = number * 10 + Int(next.pointee - CChar(48))
      guard number <= Int(Timeout.longest.seconds) else { return nil }
      next += 1
    }
    return number
  }
}

extension Invocation {
  /// Recognises ipvsadm's two forms, and what ``CommandLineReader`` reads.
  ///
  /// `nil` for anything else, which is left to ``init(_:)``. That initializer makes the same of these command lines, but
  /// the argument parser costs more time than all the rest of the program.
  init?(_ arguments: PlainArguments) {
    switch arguments.count {
    case 0:
      self = .show(ShowRequest())
    case 2 where arguments.matches(1, "--timeout"):
      guard arguments.matches(0, "-L") || arguments.matches(0, "-l") || arguments.matches(0, "-Ln") else { return nil }
      self = .ipvsadm(.list)
    case 4 where arguments.matches(0, "--set"):
      guard let wanted = arguments.timeouts(from: 1) else { return nil }
      self = .ipvsadm(.set(wanted))
    case 1 where arguments.matches(0, "--version"):
      self = .text(Main.version + "\n")
    case 1 where arguments.matches(0, "--help") && Invocation.isEightyColumnsWide:
      self = .text(HelpText.general)
    default:
      guard let invocation = CommandLineReader(arguments)?.invocation else { return nil }
      self = invocation
    }
  }

  /// Whether the argument parser would write help for 80 columns: it asks the environment first, then the terminal.
  private static var isEightyColumnsWide: Bool {
    var size = winsize()
    return getenv("COLUMNS") == nil && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) != 0
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Reads command lines in ipvsadm's language, for the operations on timeouts.
///
/// It accepts everything that ipvsadm 1.31 accepts. Arguments and options may be in any order, `--` ends the options,
/// letters may be combined, and long options are never abbreviated.
package struct IpvsadmGrammar {
  private let isPosix: Bool
  private var operation: IpvsadmOption?
  private var given: ListingOption = []
  private var misplaced: String?
  private var values: [String] = []

  /// Whether a command line is in ipvsadm's language.
  ///
  /// It is if one of its options belongs to ipvsadm, or abbreviates one of the two operations, which ipvsadm would
  /// refuse. A request for the help or the version is for this program.
  package static func isSpoken(in arguments: [String]) -> Bool {
    let options = arguments.prefix { $0 != "--" }.filter(isOption)
    if let first = options.first, ["-h", "--help", "--version"].contains(first) { return false }
    return options.contains { option in
      guard option.utf8.starts(with: "--".utf8) else {
        return option.utf8.dropFirst().first.flatMap(IpvsadmOption.init(short:)) != nil
      }
      let name = Substring(longName(of: option))
      return IpvsadmOption(long: name) != nil || (!name.isEmpty && ["list", "set"].contains { $0.hasPrefix(name) })
    }
  }

  /// Reads a command line.
  ///
  /// - Parameters:
  ///   - arguments: The arguments after the program's name.
  ///   - isPosix: Whether options end at the first value, as in popt if POSIXLY_CORRECT or POSIX_ME_HARDER is set.
  /// - Returns: The command.
  /// - Throws: ``IpvsadmRefusal``, when ipvsadm would refuse the line, or it is not about timeouts.
  package static func parse(_ arguments: [String], isPosix: Bool = false) throws(IpvsadmRefusal) -> IpvsadmCommand {
    var grammar = IpvsadmGrammar(isPosix: isPosix)
    try grammar.read(arguments)
    return try grammar.command()
  }

  private mutating func read(_ arguments: [String]) throws(IpvsadmRefusal) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        values += rest
        return
      }
      if !IpvsadmGrammar.isOption(argument) {
        values.append(argument)
        if isPosix {
          values += rest
          return
        }
      } else if argument.utf8.starts(with: "--".utf8) {
        try readLong(argument, &rest)
      } else {
        try readLetters(argument, &rest)
      }
    }
  }

  /// Whether popt treats an argument as an option.
  ///
  /// It compares bytes, because a combining mark may follow a dash.
  private static func isOption(_ argument: String) -> Bool {
    argument.utf8.count > 1 && argument.utf8.first == UInt8(ascii: "-")
  }

  /// The name of a long option, which ends at `=`.
  private static func longName(of argument: String) -> Substring.UTF8View {
    argument.utf8.dropFirst(2).prefix { $0 != UInt8(ascii: "=") }
  }

  private mutating func readLong(_ argument: String, _ rest: inout ArraySlice<String>) throws(IpvsadmRefusal) {
    let name = IpvsadmGrammar.longName(of: argument)
    guard let option = IpvsadmOption(long: Substring(name)) else { throw .unknownOption(argument) }
    let attached = name.endIndex == argument.utf8.endIndex ? nil : argument.utf8.suffix(from: name.endIndex).dropFirst()
    try take(option, written: argument, attached: attached.map { String(Substring($0)) }, &rest)
  }

  private mutating func readLetters(_ argument: String, _ rest: inout ArraySlice<String>) throws(IpvsadmRefusal) {
    var letters = argument.utf8.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = IpvsadmOption(short: letter) else { throw .unknownOption(argument) }
      // After an option without an argument, `=` begins an argument, and any other character is the next option.
      let isAttached = option.argument == .none ? letters.first == UInt8(ascii: "=") : !letters.isEmpty
      try take(option, written: argument, attached: isAttached ? String(Substring(letters)) : nil, &rest)
      if isAttached { return }
    }
  }

  /// Reads one option with its argument: the attached text, or the next word.
  private mutating func take(
    _ option: IpvsadmOption, written: String, attached: String?, _ rest: inout ArraySlice<String>
  ) throws(IpvsadmRefusal) {
    let argument: String?
    switch option.argument {
    case .none:
      guard attached == nil else { throw .unknownOption(written) }
      argument = nil
    case .optional:
      argument = attached ?? (rest.first.map { $0.utf8.first != UInt8(ascii: "-") } == true ? rest.removeFirst() : nil)
    case .required:
      argument = attached ?? rest.popFirst()
      guard argument != nil else { throw .unknownOption(written) }
    }

    switch option {
    case .list where operation == nil, .set where operation == nil: operation = option
    case .otherOperation where operation == nil: throw .otherOperation(written)
    case _ where operation == nil: throw .optionBeforeOperation(written)
    case .list, .set, .otherOperation: throw .misplacedOption(written)
    case .sort: break
    case .listing(let option):
      if option == .syncID, let argument, IpvsadmValue.number(argument, upTo: 255) == nil {
        throw .invalidSyncID(argument)
      }
      guard given.insert(option).inserted else { throw .repeatedOption(written) }
      if operation == .set { misplaced = misplaced ?? written }
    case .otherOperationOption:
      misplaced = misplaced ?? written
    }
  }

  private init(isPosix: Bool) {
    self.isPosix = isPosix
  }

  private func command() throws(IpvsadmRefusal) -> IpvsadmCommand {
    guard let operation else { throw .optionBeforeOperation(values.first ?? "") }
    guard operation == .set else {
      if let value = values.first { throw .unexpectedArgument(value) }
      if let misplaced { throw .misplacedOption(misplaced) }
      guard given.contains(.timeout) else { throw .listWithoutTimeout }
      return .list
    }
    guard values.count >= 3 else { throw .tooFewValues }
    var timeouts = Timeouts()
    for (name, value) in zip(Timeouts.Name.allCases, values) {
      guard let seconds = IpvsadmValue.number(value, upTo: Int(Timeout.longest.seconds)) else {
        throw .invalidValue(value)
      }
      timeouts[name] = Timeout(seconds: seconds)
    }
    if values.count > 3 { throw .unexpectedArgument(values[3]) }
    if let misplaced { throw .misplacedOption(misplaced) }
    return .set(timeouts)
  }
}

/// A number as ipvsadm reads it: `strtol` in base 10, which must use the whole text.
enum IpvsadmValue {
  /// The value of white space, a sign and digits; `nil` if ipvsadm refuses the text or the number.
  static func number(_ text: String, upTo limit: Int) -> Int? {
    var digits = text.utf8.drop { [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20].contains($0) }
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    guard !digits.isEmpty, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
    guard let magnitude = Int(Substring(digits)) else { return nil }
    let value = isNegative ? -magnitude : magnitude
    return 0...limit ~= value ? value : nil
  }
}

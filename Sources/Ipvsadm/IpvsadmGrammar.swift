// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Reads command lines in ipvsadm's language, as far as they concern the timeouts.
///
/// What ipvsadm 1.31 accepts is accepted. Arguments and options may come in any order, `--` ends the options,
/// letters may be joined, long options are never abbreviated.
public struct IpvsadmGrammar {
  private var operation: IpvsadmOption?
  private var given: ListingOption = []
  private var misplaced: String?
  private var values: [String] = []

  /// Whether a command line is in ipvsadm's language.
  ///
  /// It is when one of its options is ipvsadm's, or abbreviates one of the two operations, which ipvsadm would refuse.
  /// Asking for help or the version is asking this program.
  public static func isSpoken(in arguments: [String]) -> Bool {
    let options = arguments.prefix { $0 != "--" }.filter { $0.utf8.count > 1 && $0.hasPrefix("-") }
    if let first = options.first, ["-h", "--help", "--version"].contains(first) { return false }
    return options.contains { option in
      guard option.hasPrefix("--") else {
        return option.utf8.dropFirst().first.flatMap(IpvsadmOption.init(short:)) != nil
      }
      let name = option.dropFirst(2).prefix { $0 != "=" }
      return IpvsadmOption(long: name) != nil || (!name.isEmpty && ["list", "set"].contains { $0.hasPrefix(name) })
    }
  }

  /// Reads a command line.
  ///
  /// - Parameter arguments: The arguments after the program's name.
  /// - Returns: What to do.
  /// - Throws: ``IpvsadmRefusal``, when ipvsadm would refuse it or it does not concern the timeouts.
  public static func parse(_ arguments: [String]) throws(IpvsadmRefusal) -> IpvsadmCommand {
    var grammar = IpvsadmGrammar()
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
      if argument.utf8.count < 2 || !argument.hasPrefix("-") {
        values.append(argument)
      } else if argument.hasPrefix("--") {
        try readLong(argument, &rest)
      } else {
        try readLetters(argument, &rest)
      }
    }
  }

  private mutating func readLong(_ argument: String, _ rest: inout ArraySlice<String>) throws(IpvsadmRefusal) {
    let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let option = IpvsadmOption(long: parts[0]) else { throw .unknownOption(argument) }
    var attached = parts.count > 1 ? String(parts[1]) : nil
    try take(option, written: argument, attached: &attached, &rest)
    guard attached == nil else { throw .unknownOption(argument) }
  }

  private mutating func readLetters(_ argument: String, _ rest: inout ArraySlice<String>) throws(IpvsadmRefusal) {
    var letters = argument.utf8.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = IpvsadmOption(short: letter) else { throw .unknownOption(argument) }
      var attached: String? = letters.isEmpty ? nil : String(decoding: letters, as: UTF8.self)
      try take(option, written: argument, attached: &attached, &rest)
      guard attached != nil else { return }
      guard letters.first != UInt8(ascii: "=") else { throw .unknownOption(argument) }
    }
  }

  /// Takes one option, with its argument if it has one: what is attached to it, or else what comes next.
  private mutating func take(
    _ option: IpvsadmOption, written: String, attached: inout String?, _ rest: inout ArraySlice<String>
  ) throws(IpvsadmRefusal) {
    guard operation != nil else { return try begin(option, written) }
    switch option {
    case .list, .set, .otherOperation:
      throw .misplacedOption(written)
    case .sort:
      return
    case .listing(let option):
      if option == .syncID {
        guard let identity = attached ?? rest.popFirst() else { throw .unknownOption(written) }
        attached = nil
        guard IpvsadmValue.number(identity, upTo: 255) != nil else { throw .misplacedOption(written) }
      }
      guard given.insert(option).inserted else { throw .misplacedOption(written) }
      if operation == .set { misplaced = misplaced ?? written }
    case .foreign(let argument):
      switch argument {
      case .none: break
      case .optional where attached == nil && rest.first?.hasPrefix("-") != false: break
      case .optional, .required:
        guard attached != nil || rest.popFirst() != nil else { throw .unknownOption(written) }
        attached = nil
      }
      misplaced = misplaced ?? written
    }
  }

  private mutating func begin(_ option: IpvsadmOption, _ written: String) throws(IpvsadmRefusal) {
    switch option {
    case .list, .set: operation = option
    case .otherOperation: throw .otherOperation(written)
    case .listing, .sort, .foreign: throw .unknownOption(written)
    }
  }

  private func command() throws(IpvsadmRefusal) -> IpvsadmCommand {
    guard operation == .set else {
      if let value = values.first { throw .unexpectedArgument(value) }
      if let misplaced { throw .misplacedOption(misplaced) }
      guard given.contains(.timeout) else { throw .otherOperation("-L") }
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

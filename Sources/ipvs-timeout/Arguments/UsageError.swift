// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The sentences about a command line that is not understood, with the nearest command or option.
enum UsageError {
  /// Refuses a command line whose first word is not a command, or whose command comes after an option.
  ///
  /// - Parameter arguments: The words before `--`.
  /// - Throws: ``Failure``.
  static func checkCommand(in arguments: [String]) throws(Failure) {
    let word = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
    guard let word, !RootCommand.isNamed(in: [word]) else { return }
    if let values = values(arguments) {
      throw .usage("a command is missing before the timeouts; did you mean `ipvs-timeout set \(values)`?")
    }
    guard word.hasPrefix("-") else {
      let advice =
        nearest(to: word, in: RootCommand.commands.map { $0.name } + ["help"]).map { "did you mean \($0)?" }
        ?? "run `ipvs-timeout help` for the commands"
      throw .usage("there is no command \"\(word.printable)\"; \(advice)")
    }
    if arguments.first != "help", let name = arguments.first(where: { RootCommand.isNamed(in: [$0]) }) {
      throw .usage("the command comes before its options; write `ipvs-timeout \(name) …`")
    }
  }

  /// The sentence for an error of the argument parser.
  ///
  /// - Parameters:
  ///   - message: The parser's own words.
  ///   - command: The command that the line names; `nil` for the default command.
  /// - Returns: The sentence, with advice.
  static func sentence(_ message: String, command: (any NamedCommand.Type)?) -> String {
    let name = (command ?? ShowCommand.self).name
    let help = command == nil ? "run `ipvs-timeout --help`" : "run `ipvs-timeout help \(name)`"
    if let option = quoted(after: "Unknown option ", in: message) {
      return unknown(option, of: command ?? ShowCommand.self, help, isNamed: command != nil)
    }
    let words = message.printable
    for beginning in ["Unexpected argument ", "unexpected arguments: "] {
      if let range = words.firstOccurrence(of: beginning) {
        return "\(name) does not accept \(words[range.upperBound...]); \(help)"
      }
    }
    return "\(words.hasSuffix(".") ? String(words.dropLast()) : words); \(help)"
  }

  /// The sentence about an option that a command does not have.
  private static func unknown(
    _ option: String, of command: any NamedCommand.Type, _ help: String, isNamed: Bool
  ) -> String {
    let failure = "\(command.name) has no option \(option.printable)"
    if let nearest = nearest(to: option, in: options(of: command)) { return "\(failure); did you mean \(nearest)?" }
    let others = RootCommand.commands.filter { options(of: $0).contains(option) }.map { $0.name }
    if others.isEmpty { return "\(failure); \(help)" }
    let list = others.enumeration
    return isNamed
      ? "\(failure); it is an option of \(list)"
      : "\(option) is an option of \(list); write the command before it: `ipvs-timeout COMMAND \(option) …`"
  }

  /// The options of a command, as its help lists them.
  private static func options(of command: any NamedCommand.Type) -> [String] {
    RootCommand.helpMessage(for: command, columns: 80).split(separator: "\n").flatMap { line in
      line.hasPrefix("  -") ? line.split(separator: " ").prefix { $0.hasPrefix("-") }.map { trimmed($0) } : []
    }
  }

  /// An option without the comma after it.
  private static func trimmed(_ word: Substring) -> String {
    String(word.hasSuffix(",") ? word.dropLast() : word)
  }

  /// The word in the list that is nearest to this one: it begins with it, or differs in two letters at most.
  private static func nearest(to word: String, in list: [String]) -> String? {
    let beginning = list.filter { word.count > 3 && $0.hasPrefix(word) }
    if beginning.count == 1 { return beginning.first }
    // A comparison costs the product of both lengths, and a word of another length differs more.
    return list.filter { abs($0.count - word.count) <= 2 }.map { (word: $0, edits: $0.difference(from: word).count) }
      .filter { $0.edits <= 2 && $0.edits * 2 <= word.count }
      .min { $0.edits < $1.edits }?.word
  }

  /// Three timeouts without a command; `nil` for anything else.
  private static func values(_ arguments: [String]) -> String? {
    guard arguments.count == 3 else { return nil }
    do {
      for (name, text) in zip(Timeouts.Name.allCases, arguments) { _ = try TimeoutText.parse(text, for: name) }
    } catch {
      return nil
    }
    return arguments.joined(separator: " ")
  }

  /// The text between the first quotation marks after a beginning.
  private static func quoted(after beginning: String, in message: String) -> String? {
    guard message.hasPrefix(beginning) else { return nil }
    return message.dropFirst(beginning.count + 1).split(separator: "'").first.map { String($0) }
  }
}

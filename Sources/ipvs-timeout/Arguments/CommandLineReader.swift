// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import IPVS
internal import SystemPackage

/// A command line of a command and options of the tables, as pointers to its words.
///
/// It reads only a command line that is certainly right. Every other one is left to the argument parser, which also
/// finds the words for each error.
struct CommandLineReader {
  let command: TableCommand
  /// The value of each option, or the option itself if it has no value; `nil` if it is not there.
  private var options: InlineArray<16, UnsafePointer<CChar>?> = .init(repeating: nil)
  /// The values without an option.
  private var values: InlineArray<3, UnsafePointer<CChar>?> = .init(repeating: nil)
  private(set) var valueCount = 0

  /// Reads a command line; `nil` if it is not certainly right.
  init?(_ arguments: PlainArguments) {
    guard arguments.count > 0, let command = CommandLineReader.command(arguments) else { return nil }
    self.command = command
    var index = 1
    while index < arguments.count {
      guard let word = arguments[index], CommandLineReader.isPlain(word) else { return nil }
      index += 1
      if word.pointee != CommandLineReader.hyphen || word[1] == 0 {
        guard valueCount < command.valueLimit else { return nil }
        values[valueCount] = word
        valueCount += 1
        continue
      }
      guard let (option, rest) = option(word), options[option.rawValue] == nil else { return nil }
      switch (option.hasValue, rest.pointee) {
      case (true, 0):
        guard index < arguments.count, let value = arguments[index], CommandLineReader.isPlain(value) else {
          return nil
        }
        guard value.pointee != CommandLineReader.hyphen || value[1] == 0 else { return nil }
        options[option.rawValue] = value
        index += 1
      case (true, _):
        guard rest[1] != 0 else { return nil }
        options[option.rawValue] = rest + 1
      case (false, 0): options[option.rawValue] = word
      case (false, _): return nil
      }
    }
  }

  /// Whether the command line has an option.
  func has(_ option: TableOption) -> Bool { options[option.rawValue] != nil }

  /// The value of an option; `nil` if it is not there.
  func value(of option: TableOption) -> String? { options[option.rawValue].map { CommandLineReader.string($0) } }

  /// A value without an option; `nil` if there are fewer.
  func value(_ index: Int) -> String? { values[index].map { CommandLineReader.string($0) } }

  /// A word as a string.
  ///
  /// All words are ASCII, so nothing needs to be repaired; the code for that is on other pages.
  private static func string(_ word: UnsafePointer<CChar>) -> String {
    let length = strlen(word)
    return String(unsafeUninitializedCapacity: length) { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      memcpy(start, word, length)
      return length
    }
  }

  private static let hyphen = CChar(45)

  /// The command that the first word names.
  private static func command(_ arguments: PlainArguments) -> TableCommand? {
    var number = 0
    while let command = TableCommand(rawValue: number) {
      if arguments.matches(0, command.text) { return command }
      number += 1
    }
    return nil
  }

  /// The option that a word names, and the rest of the word: empty, or `=` and a value.
  private func option(_ word: UnsafePointer<CChar>) -> (TableOption, UnsafePointer<CChar>)? {
    var number = 0
    while let option = TableOption(rawValue: number) {
      number += 1
      let length = option.text.utf8CodeUnitCount
      let name = UnsafeRawPointer(option.text.utf8Start).assumingMemoryBound(to: CChar.self)
      guard command.has(option), strncmp(word, name, length) == 0 else { continue }
      if word[length] == 0 || word[length] == CChar(61) { return (option, word + length) }
    }
    return nil
  }

  /// Whether a word has at least one character, only printable ASCII ones, and not more than are accepted.
  private static func isPlain(_ word: UnsafePointer<CChar>) -> Bool {
    guard word.pointee != 0 else { return false }
    var next = word
    while next.pointee != 0 {
      guard CChar(33)...CChar(126) ~= next.pointee else { return false }
      next += 1
    }
    return next - word <= RootCommand.maximumLength
  }
}

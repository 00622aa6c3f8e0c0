// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension Format: ExpressibleByArgument {}

/// The options that say how to write the result.
struct OutputOptions: ParsableArguments {
  @Option(help: "How to write the result: text, json or prometheus; with show, rules too: a line for `ipvsadm -R`.")
  var format = Format.text

  @Flag(help: "Write no result; errors and the exit status remain.")
  var quiet = false

  /// How to write the result of a command.
  ///
  /// - Parameter formats: Those that the command has.
  /// - Returns: What the options say.
  /// - Throws: ``Failure``, for another one.
  func output(_ formats: Set<Format> = [.text, .json, .prometheus]) throws(Failure) -> Invocation.Output {
    guard formats.contains(format) else {
      let names = Format.allCases.filter(formats.contains).map(\.rawValue).joined(separator: ", ")
      throw .usage("this command does not write \(format.rawValue); it takes --format \(names)")
    }
    return Invocation.Output(format: format, isQuiet: quiet)
  }
}

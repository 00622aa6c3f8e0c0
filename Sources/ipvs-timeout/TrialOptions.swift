// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS
internal import Text

/// A command of ours behind which, and `--`, another command stands.
protocol TrialCommand: ParsableCommand {
  /// What it asks for.
  ///
  /// - Parameter words: The other command and its arguments; the parser would not take them beside values.
  /// - Returns: The same as for any other command.
  /// - Throws: ``Failure``, where its values make no sense.
  func invocation(running words: [String]) throws(Failure) -> Invocation
}

/// What `try` and `with` have in common.
struct TrialOptions: ParsableArguments {
  @Flag(help: "Change nothing and run nothing; say what would change.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  /// Refuses a command that cannot be run as it is written.
  ///
  /// - Parameters:
  ///   - words: The command and its arguments.
  ///   - command: The command of ours.
  /// - Throws: ``Failure``.
  func check(_ words: [String], of command: String) throws(Failure) {
    guard let name = words.first, !name.isEmpty else {
      throw .usage("a command is needed behind --, as in `ipvs-timeout \(command) --udp 5s -- ./deploy`")
    }
    // Bytes that are not UTF-8 have become this on the way here, and would be another file's name.
    if let word = words.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
      throw .usage("the command's word \"\(word.printable)\" is not UTF-8; write the command into a script")
    }
  }

  /// What the command line asks for.
  ///
  /// - Throws: ``Failure``, when no timeout is named.
  func invocation(_ timeouts: TimeoutValues, _ meanwhile: TrialRequest.Meanwhile) throws(Failure) -> Invocation {
    let wanted = try timeouts.timeouts()
    guard wanted != Timeouts() else { throw .usage("there is nothing to set: name at least one timeout") }
    let request = TrialRequest(wanted: wanted, meanwhile: meanwhile, isDryRun: dryRun)
    return .trial(request, try output.output([.text, .json]), access.access)
  }
}

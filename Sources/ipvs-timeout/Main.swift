// SPDX-License-Identifier: Apache-2.0

internal import CStartup
internal import Glibc

/// The program: arguments in, exit status out.
@main
enum Main {
  /// The version that `--version` prints.
  static let version = "0.1.0"

  static func main() {
    let arguments = startup_finish()
    exit(run(PlainArguments(count: arguments.count, values: arguments.values)).rawValue)
  }

  /// Runs the command line and reports a failure.
  private static func run(_ arguments: PlainArguments) -> ExitStatus {
    do throws(Failure) {
      let invocation =
        if let plain = Invocation(arguments) { plain } else { try Invocation(arguments.strings) }
      return try invocation.run()
    } catch {
      if let message = error.message { StandardStreams.report(message) }
      return error.status
    }
  }
}

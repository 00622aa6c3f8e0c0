// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS

/// The program: arguments in, exit status out.
@main
enum Program {
  /// The version that `--version` prints.
  static let version = "0.1.0"

  static func main() {
    exit(run(PlainArguments(count: CommandLine.argc, values: CommandLine.unsafeArgv)).rawValue)
  }

  /// Does what the arguments say, and prints what there is to print.
  private static func run(_ arguments: PlainArguments) -> ExitStatus {
    do throws(Failure) {
      let invocation =
        if let plain = Invocation(arguments) { plain } else { try Invocation(Array(CommandLine.arguments.dropFirst())) }
      return try invocation.run()
    } catch {
      if let message = error.message { StandardStreams.report(message) }
      return error.status
    }
  }
}

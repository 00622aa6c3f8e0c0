// SPDX-License-Identifier: Apache-2.0

internal import Ipvsadm

/// The program: arguments in, exit status out.
enum Program {
  /// The version that `--version` prints.
  static let version = "0.1.0"

  /// Does what the arguments say, and prints what there is to print.
  ///
  /// - Parameter arguments: The arguments after the program's name.
  /// - Returns: How to exit.
  static func run(_ arguments: some Collection<String>) -> ExitStatus {
    do throws(Failure) {
      return try Invocation(Array(arguments)).run()
    } catch {
      StandardStreams.report(error.message)
      return error.status
    }
  }
}

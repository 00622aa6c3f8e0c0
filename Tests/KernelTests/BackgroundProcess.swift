// SPDX-License-Identifier: Apache-2.0

import Subprocess
import Testing

/// Runs a command during some work, and kills it afterwards.
///
/// - Parameters:
///   - command: A command that becomes `program` through exec.
///   - program: The path of the program to wait for before the work starts.
///   - work: The work, with the number of the process.
/// - Throws: Any error of `work`, or the reason why the command was not run.
func withProcess(
  _ command: [String], becoming program: String, _ work: @Sendable (Int32) async throws -> Void
) async throws {
  _ = try await Subprocess.run(
    .path(try Guest.path(of: command[0])), arguments: Arguments(Array(command.dropFirst())), input: .none,
    output: .discarded, error: .discarded
  ) { process in
    let number = process.processIdentifier.value
    let hasBecome = try await eventually {
      try await Guest.run(["readlink", "/proc/\(number)/exe"]).stdout == program + "\n"
    }
    #expect(hasBecome, "\(command) has not become \(program)")
    let result: Result<Void, any Error>
    do { result = .success(try await work(number)) } catch { result = .failure(error) }
    try process.send(signal: .kill)
    try result.get()
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension Namespace {
  /// Runs a command that stops as soon as a system call has been made for the nth time, and goes on when something is done.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - call: The system call.
  ///   - number: The how manieth.
  ///   - work: What to do when it has stopped.
  /// - Returns: How it ended.
  /// - Throws: What `work` throws, or why it did not come to that.
  func run(
    _ command: [String], stoppingAt call: String, _ number: Int, for work: () async throws -> Void
  ) async throws -> Outcome {
    let directory = ScratchDirectory.current
    let strace = ["strace", "-f", "-o", "\(directory.path)/trace", "-e", "trace=\(call)"]
    async let outcome = run(strace + ["-e", "inject=\(call):signal=STOP:when=\(number)"] + command)
    // Each line begins with the process.
    func stopped() -> Substring? {
      directory.text("trace").split(separator: "\n").first { $0.contains("--- stopped by SIGSTOP ---") }
    }
    #expect(try await eventually { stopped() != nil }, "\(command) has not stopped")
    let result: Result<Void, any Error>
    do { result = .success(try await work()) } catch { result = .failure(error) }
    let process = try #require(stopped()?.prefix { $0 != " " })
    // strace counts for each thread, so that others may stop, too.
    let goOn = #"while kill -s CONT "$0" 2>/dev/null; do sleep 0.05; done"#
    try await Guest.output(["sh", "-c", goOn, String(process)])
    try result.get()
    return try await outcome
  }
}

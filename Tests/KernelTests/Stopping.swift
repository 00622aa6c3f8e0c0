// SPDX-License-Identifier: Apache-2.0

import Testing

extension Namespace {
  /// Runs a command that stops as soon as a system call has been made for the nth time, and goes on when something is done.
  func run(
    _ command: [String], stoppingAt call: String, _ number: Int, for work: () async throws -> Void
  ) async throws -> Outcome {
    try await run(command, stoppingAt: call, number) { _ in try await work() }
  }

  /// Runs a command that stops as soon as a system call has been made for the nth time, and at the next ones, and goes on
  /// when something is done.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - call: The system call.
  ///   - number: The first that stops it.
  ///   - count: How many do.
  ///   - work: What to do when it has stopped, with how often it has before.
  /// - Returns: How it ended.
  /// - Throws: What `work` throws, or why it did not come to that.
  func run(
    _ command: [String], stoppingAt call: String, _ number: Int, times count: Int = 1,
    for work: (Int) async throws -> Void
  ) async throws -> Outcome {
    let trace = "\(ScratchDirectory.current.path)/trace"
    let injection = "inject=\(call):signal=STOP:when=\(number)..\(number + count - 1)"
    async let outcome = run(["strace", "-f", "-o", trace, "-e", "trace=\(call)", "-e", injection] + command)
    // Each line begins with the thread. Others of the process stop, too, and are no sign that it has stopped once more.
    func stops() -> [Substring] {
      let lines = ScratchDirectory.current.text("trace").split(separator: "\n")
      let thread = lines.first { $0.contains(" --- SIGSTOP {") }?.prefix { $0 != " " }
      return lines.filter { $0.hasSuffix(" --- stopped by SIGSTOP ---") && $0.prefix { $0 != " " } == thread }
    }
    var result: Result<Void, any Error> = .success(())
    for time in 0..<count {
      #expect(try await eventually { stops().count > time }, "\(command) has not stopped")
      let process = String(try #require(stops().first?.prefix { $0 != " " }))
      do { try await work(time) } catch { result = .failure(error) }
      // strace counts for each thread, so that others may stop, too.
      let isLast = time == count - 1
      let script = isLast ? #"while kill -s CONT "$0" 2>/dev/null; do sleep 0.05; done"# : #"kill -s CONT "$0""#
      try await Guest.output(["sh", "-c", script, process])
    }
    try result.get()
    return try await outcome
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension Namespace {
  /// Runs a command that stops after the nth call of a system call, does some work, and lets the command continue.
  func run(
    _ command: [String], stoppingAt call: String, _ number: Int, for work: () async throws -> Void
  ) async throws -> Outcome {
    try await run(command, stoppingAt: call, number) { _ in try await work() }
  }

  /// Runs a command that stops after the nth call of a system call and after the next ones.
  ///
  /// At each stop it does some work, then lets the command continue.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - call: The system call.
  ///   - number: The first call that stops it.
  ///   - count: How many calls stop it.
  ///   - work: The work at a stop, with the number of stops before it.
  /// - Returns: How it ended.
  /// - Throws: Any error of `work`, or the reason why the command did not stop.
  func run(
    _ command: [String], stoppingAt call: String, _ number: Int, times count: Int = 1,
    for work: (Int) async throws -> Void
  ) async throws -> Outcome {
    let trace = "\(ScratchDirectory.current.path)/trace"
    let injection = "inject=\(call):signal=STOP:when=\(number)..\(number + count - 1)"
    async let outcome = run(["strace", "-f", "-o", trace, "-e", "trace=\(call)", "-e", injection] + command)
    // Each line begins with the thread. Other threads of the process stop, too. They do not count as one more stop.
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
      // strace counts for each thread, so other threads may stop, too.
      let isLast = time == count - 1
      let script = isLast ? #"while kill -s CONT "$0" 2>/dev/null; do sleep 0.05; done"# : #"kill -s CONT "$0""#
      try await Guest.output(["sh", "-c", script, process])
    }
    try result.get()
    return try await outcome
  }
}
